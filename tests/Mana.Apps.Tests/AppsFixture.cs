using System.Net;
using System.Text;
using System.Text.Json;
using Mana.Testing;
using Npgsql;

namespace Mana.Apps.Tests;

/// <summary>A host at 2026-01-01T00:00:00Z, people who need no account, and services with a key.</summary>
public class AppsFixture : IAsyncLifetime
{
    public const string ServiceKey = "a-service-key-for-tests";
    public static readonly DateTimeOffset T0 = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    int _people;

    public FakeClock Clock { get; } = new(T0);

    public TestHost Host { get; private set; } = null!;

    public string Database { get; private set; } = "";

    public virtual async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync();
        Host = await Configure(new TestHost(Database).With(Clock).With("ServiceKeys:Current", ServiceKey)).StartAsync();
        await new TokenForge(Host).ReadyAsync();
    }

    protected virtual TestHost Configure(TestHost host) => host;

    public virtual async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
        GC.SuppressFinalize(this);
    }

    internal async Task<Caller> PersonAsync(string? userId = null)
    {
        userId ??= $"person-{Interlocked.Increment(ref _people)}";
        return new Caller(await new TokenForge(Host).ClientForAsync(userId), userId);
    }

    internal Caller Service(string? key = ServiceKey)
    {
        var http = Host.CreateClient();
        if (key is not null)
            http.DefaultRequestHeaders.Add("X-Service-Key", key);
        return new Caller(http, "");
    }

    internal Caller Anybody() => new(Host.CreateClient(), "");

    /// <summary>One value, as superuser.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync() is T result ? result : default;
    }
}

/// <summary>Tests that do not disturb each other share one host.</summary>
[CollectionDefinition(Name)]
public sealed class SharedHost : ICollectionFixture<AppsFixture>
{
    public const string Name = "apps";
}

/// <summary>An answer as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, HttpResponseMessage Message)
{
    public JsonElement Body => field.ValueKind == JsonValueKind.Undefined ? field = JsonDocument.Parse(Text).RootElement : field;

    public JsonElement this[string member] => Body.GetProperty(member);

    public string? String(string member) => Body.TryGetProperty(member, out var value) ? value.GetString() : null;

    public string[] Strings(string member) => [.. Body.GetProperty(member).EnumerateArray().Select(one => one.GetString()!)];

    public Answer Ok(int status = 200)
    {
        Assert.True((int)Status == status, $"{(int)Status}: {Text}");
        return this;
    }

    public Answer Refused(int status, string? code = null, string? error = null)
    {
        Assert.True((int)Status == status, $"{(int)Status} and not {status}: {Text}");
        if (code is not null)
            Assert.Equal(code, String("code"));
        if (error is not null)
            Assert.Equal(error, String("error"));
        return this;
    }
}

/// <summary>Somebody who calls the platform over HTTP.</summary>
internal sealed class Caller(HttpClient http, string userId)
{
    public HttpClient Http => http;

    public string UserId => userId;

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/" + path));

    public Task<Answer> DeleteAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/v1/" + path));

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(Message(HttpMethod.Post, path, body));

    public Task<Answer> PatchAsync(string path, object body) => SendAsync(Message(HttpMethod.Patch, path, body));

    public Task<Answer> NextAsync(object body) => PostAsync("todo/compute/next-occurrence", body);

    public Task<Answer> ValidateAsync(string rrule) => PostAsync("todo/compute/validate", new { rrule });

    public Task<Answer> ExpandAsync(object body) => PostAsync("calendar/events/expand", body);

    public static HttpRequestMessage Message(HttpMethod method, string path, object? body) => new(method, "/api/v1/" + path)
    {
        Content = body is null ? null : new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
    };

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        var response = await http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }
}
