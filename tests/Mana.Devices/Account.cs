using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Mana.Devices;

/// <summary>A signed-in person: an HTTP client that carries the access token of one session.</summary>
public sealed class Account
{
    public const string Password = "correct-horse-battery-9";

    Account(HttpClient http, string email, JsonElement login)
    {
        (Http, Email) = (http, email);
        Take(login);
    }

    public HttpClient Http { get; }

    public string Email { get; }

    public string UserId { get; private set; } = "";

    public string AccessToken { get; private set; } = "";

    public string RefreshToken { get; private set; } = "";

    public static async Task<Account> CreateAsync(HttpClient http, string email)
    {
        var registered = await http.PostAsJsonAsync("/api/v1/auth/register", new { email, password = Password });
        if (!registered.IsSuccessStatusCode)
            throw new InvalidOperationException($"register: {(int)registered.StatusCode} {await registered.Content.ReadAsStringAsync()}");
        return await SignInAsync(http, email);
    }

    public static async Task<Account> SignInAsync(HttpClient http, string email, string? deviceName = null)
    {
        var answer = await http.PostAsJsonAsync("/api/v1/auth/login", new { email, password = Password, deviceName });
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"login: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return new Account(http, email, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>A session of earlier, by what is left of it: its refresh token.</summary>
    public static async Task<Account> ResumeAsync(HttpClient http, string email, string refreshToken)
    {
        var answer = await http.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken });
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"refresh: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return new Account(http, email, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Trades the refresh token for a new pair, as a client does before the access token ends.</summary>
    public async Task RefreshAsync()
    {
        var answer = await Http.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken = RefreshToken });
        answer.EnsureSuccessStatusCode();
        await TakeAsync(answer.Content);
    }

    /// <summary>Goes on with the pair in an answer.</summary>
    public async Task TakeAsync(HttpContent pair) => Take(await pair.ReadFromJsonAsync<JsonElement>());

    void Take(JsonElement tokens)
    {
        UserId = tokens.GetProperty("user").GetProperty("id").GetString()!;
        AccessToken = tokens.GetProperty("accessToken").GetString()!;
        RefreshToken = tokens.GetProperty("refreshToken").GetString()!;
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AccessToken);
    }
}
