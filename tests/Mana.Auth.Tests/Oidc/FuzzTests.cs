using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Mana.Auth.Oidc.Clients;

namespace Mana.Auth.Tests.Oidc;

/// <summary>
/// Mutated requests, by seed, made from codes and tokens that are good: never a 5xx, never a way to an address that is not registered, never a
/// code or a token when something was touched that matters. <c>MANA_OIDC_FUZZ=100000</c> makes the sweep long, <c>MANA_OIDC_SEED</c> repeats one.
/// </summary>
public sealed partial class FuzzTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string OwnScope = "metrics:read";
    const string Scope = "openid offline_access";
    const string Undecodable = "%FF%ED%A0%80";

    static readonly string[] Strange = ["", " ", "\0", "%00", "\ud7ff", "🙂", "../", "//evil.example", "https://evil.example/cb", "https://rp.example/cb\r\nX: y", "javascript:alert(1)", "null", "-1", "99999999999999999999",
        "openid openid", "none", "eyJhbGciOiJub25lIn0.e30.", "'; DROP TABLE auth.users; --", "<script>", "urn:ietf:params:oauth:request_uri:x", "code token", "S256", "plain", "form_post", "refresh_token", "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"];

    static readonly string[] Names = ["client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age", "id_token_hint", "login_hint",
        "ui_locales", "request", "request_uri", "dpop_jkt", "claims", "grant_type", "code", "code_verifier", "refresh_token", "device_code", "token", "token_type_hint", "client_secret", "client_assertion", "client_assertion_type"];

    enum Kind
    {
        Authorize,
        Code,
        Refresh,
        Credentials,
        Introspect,
        Revoke,
    }

    /// <summary>What a mutated request still says, read as RFC 6749 reads it and not as the server does.</summary>
    /// <param name="Trusted">Authenticated as the client, in one way; nothing else about the message is broken.</param>
    sealed record Sent(HttpRequestMessage Message, Kind Kind, IReadOnlyDictionary<string, string> Values, bool Repeats, bool Trusted)
    {
        public string? this[string name] => Values.GetValueOrDefault(name);

        public bool HasOnly(string name, params string[] words) => this[name] is not { } text || text.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(words.Contains);
    }

    [Fact]
    public async Task Mutated_requests_never_break_anything()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("MANA_OIDC_FUZZ") ?? "600", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("MANA_OIDC_SEED") ?? "20261120", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync(new ClientDraft(
            GrantTypes: ["authorization_code", "refresh_token", "client_credentials"], AllowedScopes: ["openid", "profile", "email", "offline_access", OwnScope]));
        var tokens = await client.TokensAsync(browser, ("scope", Scope));
        var (hint, refresh, access) = (tokens["id_token"]!, tokens["refresh_token"]!, tokens["access_token"]!);
        var cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Name}={cookie.Value}"));
        var given = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var step = 0; step < count; step++)
        {
            var kind = (Kind)random.Next(6);
            var code = kind == Kind.Code ? await client.CodeAsync(browser, ("scope", Scope)) : "";
            var sent = Mutated(client, random, kind, code, refresh, access, hint);
            if (random.Next(2) == 0)
                sent.Message.Headers.TryAddWithoutValidation("Cookie", cookies);
            using var answer = await world.SendAsync(sent.Message);
            var text = await answer.Content.ReadAsStringAsync();
            var at = $"seed {seed}, step {step}: {kind} {sent.Message.Method} {sent.Message.RequestUri} {string.Join('&', sent.Values)} → {(int)answer.StatusCode} {text[..Math.Min(200, text.Length)]}";
            Assert.True((int)answer.StatusCode < 500, at);
            Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
            var location = answer.Headers.TryGetValues("Location", out var values) ? values.Single() : null;
            foreach (var place in Places(text).Append(location).OfType<string>())
                Assert.True(place == RelyingParty.Callback || place.StartsWith(RelyingParty.Callback + "?", StringComparison.Ordinal) || (place.StartsWith('/') && !place.StartsWith("//", StringComparison.Ordinal)), $"{at} {place}");

            var what = location?.Contains("code=", StringComparison.Ordinal) == true || FormCode().IsMatch(text) ? "code"
                : text.Contains("\"access_token\"", StringComparison.Ordinal) ? sent["grant_type"] ?? "nothing" : text.Contains("\"active\":true", StringComparison.Ordinal) ? "active" : null;
            if (what is null)
                continue;
            Assert.True(IsFair(sent, client, what, code, refresh, access), at);
            given[what] = given.GetValueOrDefault(what) + 1;
            if (what == "refresh_token")
                refresh = System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("refresh_token").GetString()!;
            else if (what == "authorization_code")
                access = System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!;
        }

        // The sweep asked for what can be had, too: an oracle that never sees a token proves nothing.
        if (count >= 600)
            Assert.All((string[])["code", "authorization_code", "refresh_token", "client_credentials", "active"], what => Assert.True(given.GetValueOrDefault(what) > 3, $"{what}: {string.Join(", ", given)}"));
    }

    /// <summary>Nothing was touched that this answer depends on.</summary>
    static bool IsFair(Sent sent, RelyingParty client, string what, string code, string refresh, string access)
    {
        if (sent.Repeats || (sent["client_id"] is { } named && named != client.ClientId))
            return false;
        return what switch
        {
            "code" => sent.Kind == Kind.Authorize && sent["client_id"] is not null && sent["redirect_uri"] == client.RedirectUri && sent["response_type"] == "code" && sent["code_challenge"]?.Length == 43
                && sent["code_challenge_method"] == "S256" && sent["request"] is null && sent["request_uri"] is null,
            "authorization_code" => sent.Kind == Kind.Code && sent.Trusted && sent["code"] == code && sent["redirect_uri"] == client.RedirectUri && sent["code_verifier"] == RelyingParty.Verifier,
            "refresh_token" => sent.Trusted && sent["refresh_token"] == refresh && sent.HasOnly("scope", Scope.Split(' ')),
            "client_credentials" => sent.Trusted && sent.HasOnly("scope", OwnScope),
            "active" => sent.Kind == Kind.Introspect && sent.Trusted && sent["token"] == access,
            _ => false,
        };
    }

    /// <summary>Where a page leads by itself, or sends what is in it.</summary>
    static IEnumerable<string> Places(string html) => Leads().Matches(html).Select(match => System.Net.WebUtility.HtmlDecode(match.Groups["place"].Value));

    /// <summary>A good request with none to three things changed.</summary>
    static Sent Mutated(RelyingParty client, Random random, Kind kind, string code, string refresh, string access, string hint)
    {
        List<(string Name, string Value)> fields = kind switch
        {
            Kind.Authorize => [.. client.Parameters().Select(pair => (pair.Key, pair.Value))],
            Kind.Code => [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.RedirectUri), ("code_verifier", RelyingParty.Verifier)],
            Kind.Refresh => [("grant_type", "refresh_token"), ("refresh_token", refresh)],
            Kind.Credentials => [("grant_type", "client_credentials"), ("scope", OwnScope)],
            Kind.Introspect => [("token", access)],
            // Not the good one: it would end.
            _ => [("token", access[..^1] + "-")],
        };
        for (var change = random.Next(0, 4); change > 0; change--)
            Change(fields, random, hint);

        var written = fields.Select(field => (field.Name, Value: random.Next(20) == 0 ? null : field.Value)).ToList();
        var text = string.Join('&', written.Select(field => $"{Uri.EscapeDataString(field.Name)}={(field.Value is null ? Undecodable : Uri.EscapeDataString(field.Value))}"));
        var values = written.Where(field => field.Value != "").DistinctBy(field => field.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(field => field.Name, field => field.Value ?? Undecodable, StringComparer.OrdinalIgnoreCase);
        var repeats = written.DistinctBy(field => field.Name, StringComparer.OrdinalIgnoreCase).Count() < written.Count;
        if (kind == Kind.Authorize && random.Next(3) > 0)
            return new Sent(new HttpRequestMessage(HttpMethod.Get, $"{RelyingParty.AuthorizePath}?{text}"), kind, values, repeats, true);
        var path = kind switch { Kind.Authorize => RelyingParty.AuthorizePath, Kind.Introspect => "/api/auth/oauth2/introspect", Kind.Revoke => "/api/auth/oauth2/revoke", _ => RelyingParty.TokenPath };
        var (readable, proves, scheme, basic) = (random.Next(10) != 0, random.Next(20) == 0, random.Next(20) == 0 ? "Bearer" : "Basic", random.Next(10));
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", readable ? "application/x-www-form-urlencoded" : "application/x-www-form-urlencoded; charset=utf-7");
        var credentials = basic switch { 0 => "rubbish", 1 => client.ClientId, 2 => $"{client.ClientId}:wrong", _ => $"{client.ClientId}:{client.Secret}" };
        message.Headers.Authorization = new AuthenticationHeaderValue(scheme, Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        if (proves)
            message.Headers.TryAddWithoutValidation("DPoP", hint);
        var trusted = readable && scheme == "Basic" && basic > 2 && !(proves && path == RelyingParty.TokenPath) && !values.ContainsKey("client_secret") && !values.ContainsKey("client_assertion");
        return new Sent(message, kind, values, repeats, trusted);
    }

    static void Change(List<(string Name, string Value)> fields, Random random, string hint)
    {
        var at = fields.Count == 0 ? -1 : random.Next(fields.Count);
        switch (random.Next(5))
        {
            case 0 when at >= 0:
                fields.RemoveAt(at);
                break;
            case 1 when at >= 0:
                fields[at] = (fields[at].Name, Strange[random.Next(Strange.Length)]);
                break;
            case 2 when at >= 0:
                fields.Add(fields[at]);
                break;
            case 3 when at >= 0:
                fields[at] = (fields[at].Name, Scrambled(fields[at].Value, random));
                break;
            default:
                fields.Add((Names[random.Next(Names.Length)], random.Next(8) == 0 ? hint : Strange[random.Next(Strange.Length)]));
                break;
        }
    }

    static string Scrambled(string value, Random random)
    {
        if (value.Length == 0)
            return "x";
        var at = random.Next(value.Length);
        return random.Next(3) switch { 0 => value[..at], 1 => value.Insert(at, ((char)random.Next(32, 127)).ToString()), _ => value[..at] + (char)random.Next(32, 0x300) + value[(at + 1)..] };
    }

    [GeneratedRegex("""<form\b[^>]*?\baction="(?<place>[^"]*)"|<meta\b[^>]*?\burl=(?<place>[^"]*)"|\bformaction="(?<place>[^"]*)""", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Leads();

    [GeneratedRegex("""<input type="hidden" name="code" value="[^"]+">""", RegexOptions.None, 1000)]
    private static partial Regex FormCode();
}
