using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Spaces;
using Mana.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Tests;

/// <summary>Somebody who is signed in.</summary>
public sealed record Person(string UserId, string Email, string Token, string RefreshToken);

/// <summary>A host with a clock of its own, a service key and a mission runner; people, and a look behind the curtain.</summary>
public class ModuleWorld : IAsyncLifetime
{
    public const string ServiceKey = "test-service-key-0123456789";

    public RSA Runner { get; } = RSA.Create(2048);

    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    public TestHost Host { get; private set; } = null!;

    public AuthApi Api { get; private set; } = null!;

    public string Database { get; private set; } = "";

    /// <summary>What the host writes with: bound by row-level security.</summary>
    public NpgsqlDataSource AppRole => Host.Services.GetRequiredService<NpgsqlDataSource>();

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync();
        await new EventLog(Database).StartAsync();
        Host = new TestHost(Database).With(Clock).With("ServiceKeys:Current", ServiceKey).With("Auth:MissionGrants:PublicKeyPem", Runner.ExportSubjectPublicKeyInfoPem());
        Configure(Host);
        await Host.StartAsync();
        Api = new AuthApi(Host);
    }

    protected virtual void Configure(TestHost host)
    {
    }

    public async Task<Person> PersonAsync()
    {
        var email = AuthApi.NewEmail();
        return Of(email, await Api.NewSessionAsync(email));
    }

    /// <summary>The same session with a new token, as a client has it after a while.</summary>
    public async Task<Person> RefreshedAsync(Person person) => Of(person.Email, (await Api.RefreshAsync(person.RefreshToken)).IsOk());

    public async Task<Person> AdminAsync()
    {
        var person = await PersonAsync();
        await ScalarAsync("UPDATE auth.users SET role = 'admin' WHERE id = $1", person.UserId);
        return person;
    }

    public Task<Answer> GetAsync(string path, Person? person) => Api.SendAsync(new HttpRequestMessage(HttpMethod.Get, path), person?.Token);

    public Task<Answer> DeleteAsync(string path, Person? person) => Api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, path), person?.Token);

    public Task<Answer> PostAsync(string path, Person? person, object? body = null) => SendAsync(HttpMethod.Post, path, person, body);

    public Task<Answer> PutAsync(string path, Person? person, object? body = null) => SendAsync(HttpMethod.Put, path, person, body);

    public Task<Answer> RawAsync(string path, Person person, string body) =>
        Api.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") }, person.Token);

    public Task<Answer> ServiceAsync(HttpMethod method, string path, object? body = null, string key = ServiceKey)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Service-Key", key);
        return Api.SendAsync(request);
    }

    /// <summary>One value, past row-level security.</summary>
    public async Task<object?> ScalarAsync(string sql, params object[] values) => (await RowsAsync(sql, values)).FirstOrDefault()?.FirstOrDefault();

    public async Task<List<object?[]>> RowsAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))]);
        return rows;
    }

    /// <summary>Types and metadata of a person's security events, oldest first; all that were recorded are stored by now.</summary>
    public async Task<List<(string Type, JsonElement Facts)>> EventsAsync(string userId)
    {
        await Host.Services.GetRequiredService<SecurityLog>().FlushAsync(TestContext.Current.CancellationToken);
        return [.. (await RowsAsync("SELECT event_type, metadata::text FROM auth.security_events WHERE user_id = $1 ORDER BY position", userId))
            .Select(row => ((string)row[0]!, JsonDocument.Parse((string)row[1]!).RootElement))];
    }

    public async Task<string> PersonalSpaceAsync(string userId)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SpaceMemberships>().CreateAsync(SpaceType.Personal, "Own", userId, default) switch
        {
            SpaceCreation.Created created => created.SpaceId,
            SpaceCreation.AlreadyThere there => there.SpaceId,
            var other => throw new InvalidOperationException(other.ToString()),
        };
    }

    /// <summary>Events on their way are stored first: one that meets the deletion would be tried again after a pause, and the clock stands still.</summary>
    public async Task DeleteAccountAsync(string userId)
    {
        await EventsAsync(userId);
        await using var scope = Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AuthDbContext>().Users.Where(user => user.Id == userId).ExecuteDeleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
        Runner.Dispose();
        GC.SuppressFinalize(this);
    }

    static Person Of(string email, Answer tokens) => new(tokens["user", "id"]!, email, tokens["accessToken"]!, tokens["refreshToken"]!);

    Task<Answer> SendAsync(HttpMethod method, string path, Person? person, object? body) =>
        Api.SendAsync(new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) }, person?.Token);
}
