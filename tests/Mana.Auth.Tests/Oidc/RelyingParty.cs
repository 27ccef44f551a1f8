using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mana.Auth.Tests.Pages;
using Mana.Auth.Tests.Tokens;
using Microsoft.AspNetCore.WebUtilities;

namespace Mana.Auth.Tests.Oidc;

/// <summary>A client's end of the protocol, written from the RFCs and not from the server.</summary>
internal sealed class RelyingParty(OidcWorld world, string clientId, string? secret, string redirectUri)
{
    public const string Callback = "https://rp.example/cb";

    /// <summary>RFC 7636, appendix B.</summary>
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    public const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    public const string AuthorizePath = "/api/auth/oauth2/authorize";
    public const string TokenPath = "/api/auth/oauth2/token";

    public string ClientId => clientId;

    public string? Secret => secret;

    public string RedirectUri => redirectUri;

    public string State { get; } = "st-" + Guid.NewGuid().ToString("N");

    /// <summary>The usual request; a pair changes a parameter, one with null takes it out.</summary>
    public Dictionary<string, string> Parameters(params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_id"] = clientId,
            ["redirect_uri"] = redirectUri,
            ["response_type"] = "code",
            ["scope"] = "openid profile email",
            ["state"] = State,
            ["nonce"] = "n-0S6_WzA2Mj",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            if (value is null)
                parameters.Remove(name);
            else
                parameters[name] = value;
        return parameters;
    }

    public string Authorize(params (string Name, string? Value)[] changes) =>
        AuthorizePath + "?" + string.Join('&', Parameters(changes).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));

    /// <summary>The parameters of an answer to this client; fails when the browser was sent anywhere else.</summary>
    public Dictionary<string, string> Answer(Shown shown)
    {
        Assert.True(shown.Status is 302 or 303 || shown.Next is not null, $"{shown.Status}: {shown.Text}");
        Assert.StartsWith(redirectUri + (redirectUri.Contains('?', StringComparison.Ordinal) ? "&" : "?"), shown.Next, StringComparison.Ordinal);
        Assert.Equal("no-referrer", shown.Header("Referrer-Policy"));
        var answer = QueryHelpers.ParseQuery(shown.Next![redirectUri.Length..].TrimStart('&')).ToDictionary(pair => pair.Key, pair => Assert.Single(pair.Value)!, StringComparer.Ordinal);
        // RFC 9207, always.
        Assert.Equal(OidcWorld.Issuer, answer["iss"]);
        return answer;
    }

    public async Task<string> ErrorAsync(Browser browser, params (string Name, string? Value)[] changes)
    {
        var answer = Answer(await browser.OpenAsync(Authorize(changes)));
        Assert.False(answer.ContainsKey("code"));
        Assert.NotEmpty(answer["error_description"]);
        return answer["error"];
    }

    /// <summary>A code for somebody who is signed in already and need not be asked.</summary>
    public async Task<string> CodeAsync(Browser browser, params (string Name, string? Value)[] changes)
    {
        var answer = Answer(await browser.OpenAsync(Authorize(changes)));
        Assert.True(answer.ContainsKey("code"), string.Join(", ", answer));
        Assert.Equal(State, answer["state"]);
        return answer["code"];
    }

    public Task<Answer> RedeemAsync(string code, params (string Name, string? Value)[] changes) =>
        PostAsync(TokenPath, Fields([("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectUri), ("code_verifier", Verifier)], changes));

    /// <summary>From nothing to tokens.</summary>
    public async Task<Answer> TokensAsync(Browser browser, params (string Name, string? Value)[] changes) => (await RedeemAsync(await CodeAsync(browser, changes))).IsOk();

    public Task<Answer> RefreshAsync(string? token, params (string Name, string? Value)[] changes) =>
        PostAsync(TokenPath, Fields([("grant_type", "refresh_token"), ("refresh_token", token)], changes));

    public Task<Answer> IntrospectAsync(string token) => PostAsync("/api/auth/oauth2/introspect", [("token", token)]);

    public Task<Answer> RevokeAsync(string token, string? hint = null) => PostAsync("/api/auth/oauth2/revoke", [("token", token), ("token_type_hint", hint)]);

    public async Task<Answer> UserInfoAsync(string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/auth/oauth2/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await SendAsync(request);
    }

    /// <summary>As this client authenticates: Basic with a secret, its id in the form without one.</summary>
    public Task<Answer> PostAsync(string path, params IEnumerable<(string Name, string? Value)> fields)
    {
        var all = secret is null ? fields.Append(("client_id", clientId)) : fields;
        return PostRawAsync(path, all, secret is null ? null : $"{clientId}:{secret}");
    }

    public async Task<Answer> PostRawAsync(string path, IEnumerable<(string Name, string? Value)> fields, string? basic, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value))!),
        };
        if (basic is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic)));
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await world.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default, text, response.Headers);
    }

    public static JsonElement Claims(Answer tokens) => TokenText.Claims(tokens["id_token"]!);

    static IEnumerable<(string, string?)> Fields(IEnumerable<(string Name, string? Value)> usual, IReadOnlyCollection<(string Name, string? Value)> changes) =>
        usual.Where(field => changes.All(change => change.Name != field.Name)).Concat(changes);
}

internal static class OAuthAnswers
{
    /// <summary>RFC 6749 5.2, and nothing that a cache may keep.</summary>
    public static Answer IsError(this Answer answer, int status, string error)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Text}");
        Assert.Equal(error, answer["error"]);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        return answer;
    }
}
