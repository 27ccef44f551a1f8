using System.Text.Json;
using System.Text.RegularExpressions;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

/// <summary>auth.md 31: what the best current practice asks (RFC 9700) and what is optional.</summary>
public sealed partial class BestPracticeTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    /// <summary>Questions to the database, by the hash of what was sent: where an index stops comparing tells nothing about a secret.</summary>
    static readonly string[] LookUps =
    [
        "SingleOrDefaultAsync(token => token.TokenHash == hash, cancellationToken)", "Where(row => row.TokenHash == token.TokenHash && row.RevokedAt == null)",
        "request => request.IdHash == hash && request.Kind == OAuthRequestKind.Pushed", "SingleOrDefaultAsync(request => request.IdHash == hash && request.Kind == kind, cancellationToken)",
        "Where(request => request.IdHash == hash && request.BrowserHash == null)", "Where(request => request.IdHash == row.IdHash && request.ConsumedAt == null)",
    ];

    [Fact]
    public async Task Expectation_53_signed_answers_of_userinfo_are_optional_and_not_offered()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser);
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/auth/oauth2/userinfo");
        request.Headers.Authorization = new("Bearer", tokens["access_token"]);
        request.Headers.Accept.ParseAdd("application/jwt, application/json;q=0.5");
        using var answer = await world.SendAsync(request);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(id, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("sub").GetString());
        Assert.DoesNotContain((await DiscoveryAsync()).EnumerateObject(), member => member.Name.StartsWith("userinfo_signing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Expectation_64_every_answer_says_who_gives_it()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (client, careful) = (await world.TrustedAsync(), await world.ClientAsync());
        Assert.True((await DiscoveryAsync()).GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
        // RelyingParty.Answer compares iss in each of them: a code, a refusal by the server, and nobody there.
        Assert.Contains("code", client.Answer(await browser.OpenAsync(client.Authorize())));
        Assert.Equal("invalid_scope", await client.ErrorAsync(browser, ("scope", "unheard-of")));
        Assert.Equal("consent_required", await careful.ErrorAsync(browser, ("prompt", "none")));
        Assert.Equal("login_required", await client.ErrorAsync(new Browser(world.Host), ("prompt", "none")));
    }

    [Fact]
    public void Expectation_68_no_secret_is_compared_by_a_comparison_that_stops_early()
    {
        var folder = Path.Combine(Root(), "modules", "Auth", "Oidc");
        var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories);
        Assert.True(files.Length > 30);
        var found = files.SelectMany(file => File.ReadLines(file).Where(line => EarlyComparison().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")).ToList();
        Assert.DoesNotContain(found, line => !LookUps.Any(known => line.Contains(known, StringComparison.Ordinal)));
        // Those that are gone are taken off the list.
        Assert.DoesNotContain(LookUps, known => !found.Any(line => line.Contains(known, StringComparison.Ordinal)));
        // Where secrets arrive, they are compared in constant time, or looked up by a hash that nobody can steer.
        foreach (var place in (string[])["Clients/ClientAuthentication.cs", "Token/Pkce.cs", "Registration/RegistrationHandler.cs"])
            Assert.Contains("CryptographicOperations.FixedTimeEquals", File.ReadAllText(Path.Combine(folder, place)), StringComparison.Ordinal);
        Assert.Matches(EarlyComparison(), "if (client.Secret == given)");
        Assert.Matches(EarlyComparison(), "return hash.SequenceEqual(other);");
    }

    [Fact]
    public async Task Expectation_72_what_is_optional_is_offered_as_it_is_kept()
    {
        var discovery = await DiscoveryAsync();
        Assert.EndsWith("/oauth2/par", discovery.GetProperty("pushed_authorization_request_endpoint").GetString(), StringComparison.Ordinal);
        Assert.Contains("ES256", discovery.GetProperty("dpop_signing_alg_values_supported").EnumerateArray().Select(value => value.GetString()));
        Assert.False(discovery.TryGetProperty("request_object_signing_alg_values_supported", out _));
        Assert.False(discovery.GetProperty("request_parameter_supported").GetBoolean());

        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync(new ClientDraft(RequirePushedRequests: true));
        var pushed = await client.PostAsync("/api/auth/oauth2/par", client.Parameters().Select(pair => (pair.Key, (string?)pair.Value)));
        var code = client.Answer(await browser.OpenAsync($"{RelyingParty.AuthorizePath}?client_id={client.ClientId}&request_uri={Uri.EscapeDataString(pushed["request_uri"]!)}"))["code"];
        (await client.RedeemAsync(code)).IsOk();
        Assert.Equal("request_not_supported", await (await world.TrustedAsync()).ErrorAsync(browser, ("request", "eyJhbGciOiJub25lIn0.e30.")));
    }

    async Task<JsonElement> DiscoveryAsync() => JsonDocument.Parse(await world.Host.CreateClient().GetStringAsync("/.well-known/openid-configuration")).RootElement;

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mana.Platform.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"(?i)\b\w*(secret|hash|digest|verifier)\b\s*(==|!=)\s*(?!null|""""|default)|\b\w*(secret|hash|digest|verifier)\b\.(SequenceEqual|Equals)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EarlyComparison();
}
