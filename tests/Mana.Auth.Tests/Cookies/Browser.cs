using System.Text;
using System.Text.Json;
using Mana.Testing;

namespace Mana.Auth.Tests.Cookies;

/// <summary>Keeps cookies and tells its origin, as a browser with one of our apps in it does.</summary>
internal sealed class Browser(TestHost host, string? origin = Browser.App)
{
    /// <summary>On the list of trusted origins in Development.</summary>
    public const string App = "http://localhost:5173";

    readonly AuthApi _api = new(host);

    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>As the last answer set them.</summary>
    public IReadOnlyList<string> SetCookies { get; private set; } = [];

    public string? SessionCookie => Cookies.FirstOrDefault(cookie => cookie.Key.EndsWith("mana.session_token", StringComparison.Ordinal)).Value;

    public Task<Answer> LoginAsync(string email, object? more = null) =>
        PostAsync("/api/v1/auth/login", more ?? new { email, password = AuthApi.Password });

    /// <summary>A new account, signed in here.</summary>
    public async Task<Answer> NewSessionAsync()
    {
        var email = AuthApi.NewEmail();
        (await _api.RegisterAsync(email)).IsOk();
        return (await LoginAsync(email)).IsOk();
    }

    public Task<Answer> GetAsync(string path, string? from = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, from ?? origin, headers);

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body, origin);

    public Task<Answer> PostFromAsync(string? from, string path, object? body = null) => SendAsync(HttpMethod.Post, path, body, from);

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body, string? from, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        if (from is not null)
            request.Headers.TryAddWithoutValidation("Origin", from);
        if (Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var answer = await _api.SendAsync(request);
        SetCookies = answer.Headers.TryGetValues("Set-Cookie", out var set) ? [.. set] : [];
        foreach (var cookie in SetCookies)
            Keep(cookie.Split(';')[0].Split('=', 2), cookie.Contains("max-age=0", StringComparison.OrdinalIgnoreCase));
        return answer;
    }

    void Keep(string[] pair, bool cleared)
    {
        if (cleared)
            Cookies.Remove(pair[0]);
        else
            Cookies[pair[0]] = pair[1];
    }
}
