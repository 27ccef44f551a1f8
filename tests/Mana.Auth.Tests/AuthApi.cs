using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mana.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests;

/// <summary>An answer as a client sees it.</summary>
public sealed record Answer(int Status, JsonElement Body, string Text, HttpResponseHeaders Headers)
{
    public string? this[string member] => Body.GetProperty(member).GetString();

    public string? this[string member, string inner] => Body.GetProperty(member).GetProperty(inner).GetString();

    /// <summary>Checks the envelope of auth.md 3.4, E1.</summary>
    public Answer IsRefused(int status, string code)
    {
        Assert.Equal(status, Status);
        Assert.Equal(code, this["error"]);
        Assert.Equal(status, Body.GetProperty("status").GetInt32());
        Assert.Equal(status, Body.GetProperty("statusCode").GetInt32());
        Assert.False(string.IsNullOrEmpty(this["message"]));
        Assert.True(Headers.CacheControl?.NoStore);
        return this;
    }

    public Answer IsOk()
    {
        Assert.True(Status == 200, $"{Status}: {Text}");
        return this;
    }
}

/// <summary>Speaks to the module as its clients do.</summary>
public sealed class AuthApi(TestHost host)
{
    public const string Password = "Korrekt-Pferd-9";

    readonly HttpClient _client = host.CreateClient();

    public static string NewEmail() => $"u{Guid.NewGuid():N}@example.test";

    public Task<Answer> RegisterAsync(string email, string password = Password, string? name = null) =>
        PostAsync("register", new { email, password, name });

    public Task<Answer> LoginAsync(string email, string password = Password) => PostAsync("login", new { email, password });

    public Task<Answer> RefreshAsync(string? refreshToken) => PostAsync("refresh", new { refreshToken });

    /// <summary>A new account, signed in.</summary>
    public async Task<Answer> NewSessionAsync(string? email = null)
    {
        email ??= NewEmail();
        (await RegisterAsync(email)).IsOk();
        return (await LoginAsync(email)).IsOk();
    }

    public Task<Answer> PostAsync(string path, object body, string? bearer = null) => SendRawAsync(path, JsonSerializer.Serialize(body), bearer);

    public Task<Answer> SendRawAsync(string path, string json, string? bearer = null) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/" + path) { Content = new StringContent(json, Encoding.UTF8, "application/json") }, bearer);

    /// <summary>Any path and method.</summary>
    public Task<Answer> CallAsync(string method, string path, object? body = null, string? bearer = null, string? origin = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return SendAsync(request, bearer);
    }

    /// <summary>A sign-in from a certain address, with a certain cookie, as HttpClient would not send it.</summary>
    public static async Task<(int Status, string? Device)> LoginFromAsync(
        TestHost host, string address, string email, string password = Password, string? device = null, string path = "/api/v1/auth/login", string? forwarded = null)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { email, password });
        var context = await SendExactlyAsync(host, request =>
        {
            request.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(address);
            request.Request.Method = "POST";
            request.Request.Path = path;
            request.Request.ContentType = "application/json";
            if (device is not null)
                request.Request.Headers.Cookie = "mana.known_device=" + device;
            if (forwarded is not null)
                request.Request.Headers["X-Forwarded-For"] = forwarded;
            request.Request.Body = new MemoryStream(body);
            request.Request.ContentLength = body.Length;
        });
        var cookie = context.Response.Headers.SetCookie.FirstOrDefault(value => value!.StartsWith("mana.known_device=", StringComparison.Ordinal));
        return (context.Response.StatusCode, cookie?.Split(';')[0].Split('=', 2)[1]);
    }

    public Task<Answer> SessionAsync(string? bearer) => SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/session"), bearer);

    public async Task<Answer> SendAsync(HttpRequestMessage request, string? bearer = null)
    {
        if (bearer is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + bearer);
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, text, response.Headers);
    }

    /// <summary>A request with a peer address and exact header values, which HttpClient would not send.</summary>
    public static Task<HttpContext> SendExactlyAsync(TestHost host, Action<HttpContext> configure) =>
        ((TestServer)host.Services.GetRequiredService<IServer>()).SendAsync(context =>
        {
            context.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody());
            configure(context);
        });

    sealed class HasBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }
}
