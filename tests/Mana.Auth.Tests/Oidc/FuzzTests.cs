using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Mana.Auth.Tests.Oidc;

/// <summary>
/// Mutated requests, by seed: never a 5xx, never a redirect to an address that is not registered, never a token without all checks.
/// <c>MANA_OIDC_FUZZ=100000</c> makes the sweep long, <c>MANA_OIDC_SEED</c> repeats one.
/// </summary>
public sealed class FuzzTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    static readonly string[] Strange = ["", " ", "\0", "%00", "\ud7ff", "🙂", "../", "//evil.example", "https://evil.example/cb", "https://rp.example/cb\r\nX: y", "javascript:alert(1)", "null", "-1", "99999999999999999999",
        "openid openid", "none", "eyJhbGciOiJub25lIn0.e30.", "'; DROP TABLE auth.users; --", "<script>", "urn:ietf:params:oauth:request_uri:x", "code token", "S256", "plain", "form_post", "refresh_token", "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"];

    static readonly string[] Names = ["client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age", "id_token_hint", "login_hint",
        "ui_locales", "request", "request_uri", "dpop_jkt", "claims", "grant_type", "code", "code_verifier", "refresh_token", "device_code", "token", "token_type_hint", "client_secret", "client_assertion", "client_assertion_type"];

    [Fact]
    public async Task Mutated_requests_never_break_anything()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("MANA_OIDC_FUZZ") ?? "600", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("MANA_OIDC_SEED") ?? "20261120", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var hint = (await client.TokensAsync(browser))["id_token"]!;
        var cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Name}={cookie.Value}"));
        for (var step = 0; step < count; step++)
        {
            var (request, fair) = Mutated(client, random, hint);
            if (random.Next(2) == 0)
                request.Headers.TryAddWithoutValidation("Cookie", cookies);
            using var answer = await world.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var at = $"seed {seed}, step {step}: {request.Method} {request.RequestUri} → {(int)answer.StatusCode}";
            Assert.True((int)answer.StatusCode < 500, at);
            var location = answer.Headers.TryGetValues("Location", out var values) ? values.Single() : null;
            Assert.True(location is null || location.StartsWith(RelyingParty.Callback + "?", StringComparison.Ordinal) || (location.StartsWith('/') && !location.StartsWith("//", StringComparison.Ordinal)), $"{at} {location}");
            Assert.False(!fair && answer.StatusCode == System.Net.HttpStatusCode.OK && text.Contains("\"access_token\"", StringComparison.Ordinal), at);
            Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
        }
    }

    /// <summary>A good request with one to three things changed. Fair: a client of ours may really get tokens with it.</summary>
    static (HttpRequestMessage Request, bool Fair) Mutated(RelyingParty client, Random random, string hint)
    {
        var kind = random.Next(4);
        List<(string Name, string Value)> fields = kind switch
        {
            0 => [.. client.Parameters().Select(pair => (pair.Key, pair.Value))],
            1 => [("grant_type", "authorization_code"), ("code", new string('c', 43)), ("redirect_uri", client.RedirectUri), ("code_verifier", RelyingParty.Verifier)],
            2 => [("grant_type", "refresh_token"), ("refresh_token", "mrt_" + new string('r', 43))],
            _ => [("token", "mat_" + new string('a', 43))],
        };
        for (var change = random.Next(1, 4); change > 0; change--)
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

        var text = string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Name)}={(random.Next(20) == 0 ? "%FF%ED%A0%80" : Uri.EscapeDataString(field.Value))}"));
        if (kind == 0 && random.Next(3) > 0)
            return (new HttpRequestMessage(HttpMethod.Get, $"{RelyingParty.AuthorizePath}?{text}"), true);
        var path = kind switch { 0 => RelyingParty.AuthorizePath, 3 => random.Next(2) == 0 ? "/api/auth/oauth2/introspect" : "/api/auth/oauth2/revoke", _ => RelyingParty.TokenPath };
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", random.Next(10) == 0 ? "application/x-www-form-urlencoded; charset=utf-7" : "application/x-www-form-urlencoded");
        var basic = random.Next(10) switch { 0 => "rubbish", 1 => client.ClientId, 2 => $"{client.ClientId}:wrong", _ => $"{client.ClientId}:{client.Secret}" };
        request.Headers.Authorization = new AuthenticationHeaderValue(random.Next(20) == 0 ? "Bearer" : "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic)));
        if (random.Next(20) == 0)
            request.Headers.TryAddWithoutValidation("DPoP", hint);
        return (request, false);
    }

    static string Scrambled(string value, Random random)
    {
        if (value.Length == 0)
            return "x";
        var at = random.Next(value.Length);
        return random.Next(3) switch { 0 => value[..at], 1 => value.Insert(at, ((char)random.Next(32, 127)).ToString()), _ => value[..at] + (char)random.Next(32, 0x300) + value[(at + 1)..] };
    }
}
