using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Oidc.Clients;

namespace Mana.Auth.Tests.Oidc;

/// <summary>What the original never had (issue 5, part 5).</summary>
public sealed class BeyondTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string Device = "/api/auth/oauth2/device";
    const string Push = "/api/auth/oauth2/par";
    const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    [Fact]
    public async Task Pushed_requests_are_checked_at_once_serve_once_and_only_their_client()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (client, other) = (await world.TrustedAsync(new ClientDraft(RequirePushedRequests: true)), await world.TrustedAsync());
        Assert.Equal("invalid_request", await client.ErrorAsync(browser));
        (await client.PostAsync(Push, Pairs(client.Parameters(("scope", "unheard-of"))))).IsError(400, "invalid_scope");
        (await client.PostAsync(Push, Pairs(client.Parameters(("redirect_uri", "https://evil.example"))))).IsError(400, "invalid_request");
        (await client.PostRawAsync(Push, Pairs(client.Parameters()), null)).IsError(401, "invalid_client");
        var pushed = await client.PostAsync(Push, Pairs(client.Parameters()));
        Assert.Equal((201, 60), (pushed.Status, pushed.Body.GetProperty("expires_in").GetInt32()));
        string Address(string id) => $"{RelyingParty.AuthorizePath}?client_id={id}&request_uri={Uri.EscapeDataString(pushed["request_uri"]!)}&redirect_uri=https%3A%2F%2Fevil.example";
        Assert.Equal(400, (await browser.OpenAsync(Address(other.ClientId))).Status);
        var answer = client.Answer(await browser.OpenAsync(Address(client.ClientId)));
        (await client.RedeemAsync(answer["code"])).IsOk();
        // Back, or a second look: no fault of anybody's, and a way to begin again.
        var again = await browser.OpenAsync(Address(client.ClientId));
        Assert.Equal((400, null), (again.Status, again.Location));
        Assert.Contains("Back to Test app", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_credentials_are_for_services_and_their_own_scopes()
    {
        var service = await world.ClientAsync(new ClientDraft(GrantTypes: ["client_credentials"], AllowedScopes: ["openid", "metrics:read", "metrics:write"]));
        var tokens = (await service.PostAsync(RelyingParty.TokenPath, [("grant_type", "client_credentials"), ("scope", "metrics:read")])).IsOk();
        Assert.Equal(["access_token", "token_type", "expires_in", "scope"], tokens.Body.EnumerateObject().Select(member => member.Name));
        var seen = (await service.IntrospectAsync(tokens["access_token"]!)).IsOk();
        Assert.Equal((service.ClientId, "metrics:read"), (seen["sub"], seen["scope"]));
        (await service.UserInfoAsync(tokens["access_token"]!)).IsError(403, "insufficient_scope");
        Assert.Equal("metrics:read metrics:write", (await service.PostAsync(RelyingParty.TokenPath, [("grant_type", "client_credentials")])).IsOk()["scope"]);
        foreach (var scope in (string[])["openid", "metrics:read other"])
            (await service.PostAsync(RelyingParty.TokenPath, [("grant_type", "client_credentials"), ("scope", scope)])).IsError(400, "invalid_scope");
        Assert.Equal(200, (await service.RevokeAsync(tokens["access_token"]!)).Status);
        Assert.Equal("{\"active\":false}", (await service.IntrospectAsync(tokens["access_token"]!)).Text);
    }

    [Fact]
    public async Task A_device_gets_tokens_when_somebody_types_its_code()
    {
        var (browser, _, id) = await world.PersonAsync();
        var tv = await world.ClientAsync(new ClientDraft(Type: "public", Native: true, GrantTypes: [DeviceGrant, "refresh_token"], RedirectUris: []));
        var started = (await tv.PostAsync(Device, [("scope", "openid profile offline_access")])).IsOk();
        Assert.Matches("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", started["user_code"]);
        Task<Answer> PollAsync()
        {
            world.Clock.Advance(TimeSpan.FromSeconds(11));
            return tv.PostAsync(RelyingParty.TokenPath, [("grant_type", DeviceGrant), ("device_code", started["device_code"])]);
        }

        (await PollAsync()).IsError(400, "authorization_pending");
        (await tv.PostAsync(RelyingParty.TokenPath, [("grant_type", DeviceGrant), ("device_code", started["device_code"])])).IsError(400, "slow_down");
        Assert.Equal(400, (await browser.SubmitAsync("/device", "/device", ("user_code", "BCDF-GHJK"))).Status);
        var typed = started["user_code"]!.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal);
        var asked = await browser.SubmitAsync("/device", "/device", ("user_code", typed));
        Assert.Contains("Sign in Test app?", asked.Text, StringComparison.Ordinal);
        (await PollAsync()).IsError(400, "authorization_pending");
        Assert.Equal("/device?done=allowed", (await browser.SendFormAsync("/device", [.. Pages.Browser.Hidden(asked.Html, "/device"), ("answer", "accept")])).Location);
        var tokens = (await PollAsync()).IsOk();
        Assert.Equal(id, RelyingParty.Claims(tokens).GetProperty("sub").GetString());
        (await tv.RefreshAsync(tokens["refresh_token"])).IsOk();
        (await PollAsync()).IsError(400, "invalid_grant");
    }

    [Fact]
    public async Task A_device_that_is_declined_or_forgotten_is_told_so()
    {
        var (browser, _, _) = await world.PersonAsync();
        var tv = await world.ClientAsync(new ClientDraft(Type: "public", Native: true, GrantTypes: [DeviceGrant], RedirectUris: []));
        var (one, two) = ((await tv.PostAsync(Device, [("scope", "openid")])).IsOk(), (await tv.PostAsync(Device, [("scope", "openid")])).IsOk());
        var asked = await browser.OpenAsync($"/device?user_code={one["user_code"]}");
        await browser.SendFormAsync("/device", [.. Pages.Browser.Hidden(asked.Html, "/device"), ("answer", "deny")]);
        Task<Answer> PollAsync(Answer started) => tv.PostAsync(RelyingParty.TokenPath, [("grant_type", DeviceGrant), ("device_code", started["device_code"])]);
        (await PollAsync(one)).IsError(400, "access_denied");
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        (await PollAsync(two)).IsError(400, "expired_token");
        Assert.Equal(400, (await browser.OpenAsync($"/device?user_code={two["user_code"]}")).Status);
        (await tv.PostAsync(RelyingParty.TokenPath, [("grant_type", DeviceGrant), ("device_code", "unknown")])).IsError(400, "invalid_grant");
        Assert.StartsWith("/login?callbackURL=%2Fdevice", (await new Pages.Browser(world.Host).OpenAsync("/device?user_code=ABCD-EFGH")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_key_jwt_proves_a_client_once_per_assertion()
    {
        var (browser, _, _) = await world.PersonAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var made = await world.TrustedAsync(new ClientDraft(TokenEndpointAuthMethod: "private_key_jwt", Jwks: JsonSerializer.SerializeToElement(new { keys = new[] { TestKeys.Jwk(key) } })));
        var client = new RelyingParty(world, made.ClientId, null, made.RedirectUri);
        Task<Answer> RedeemAsync(string code, string assertion) => client.PostRawAsync(RelyingParty.TokenPath,
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.RedirectUri), ("code_verifier", RelyingParty.Verifier),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion)], null);
        string Assertion(ECDsa? by = null, string? audience = null, string? issuer = null, int seconds = 60, string? jti = null) => TestKeys.Sign(by ?? key, """{"alg":"ES256"}""", new
        {
            iss = issuer ?? client.ClientId, sub = client.ClientId, aud = audience ?? OidcWorld.Issuer, jti = jti ?? Guid.NewGuid().ToString(), exp = world.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds,
        });

        foreach (var wrong in (string[])[Assertion(stranger), Assertion(audience: "https://other.example"), Assertion(issuer: "other"), Assertion(seconds: -60), Assertion(seconds: 3600), Assertion()[..^4] + "AAAA", "rubbish"])
            (await RedeemAsync("x", wrong)).IsError(401, "invalid_client");
        (await client.PostRawAsync(RelyingParty.TokenPath, [("grant_type", "authorization_code"), ("client_id", client.ClientId)], null)).IsError(401, "invalid_client");
        var good = Assertion(audience: OidcWorld.Issuer + RelyingParty.TokenPath);
        (await RedeemAsync(await client.CodeAsync(browser), good)).IsOk();
        (await RedeemAsync(await client.CodeAsync(browser), good)).IsError(401, "invalid_client");
    }

    [Fact]
    public async Task DPoP_binds_tokens_to_a_key()
    {
        var (browser, _, id) = await world.PersonAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var spa = await world.ClientAsync(new ClientDraft(Type: "public", TokenEndpointAuthMethod: "none", DpopBound: true));
        Task<Answer> RedeemAsync(string code, string? proof) => spa.PostRawAsync(RelyingParty.TokenPath,
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", spa.RedirectUri), ("code_verifier", RelyingParty.Verifier), ("client_id", spa.ClientId)], null, proof is null ? [] : [("DPoP", proof)]);
        var (method, uri) = ("POST", OidcWorld.Issuer + RelyingParty.TokenPath);
        foreach (var wrong in (string?[])[null, "rubbish", Proof(key, "GET", uri), Proof(key, method, uri + "x"), Proof(key, method, uri, seconds: -120), Proof(key, method, uri)[..^4] + "AAAA"])
            (await RedeemAsync("x", wrong)).IsError(400, "invalid_dpop_proof");
        var proof = Proof(key, method, uri);
        var tokens = (await RedeemAsync((await AuthorizeTests.ConsentAsync(browser, spa, ("scope", "openid offline_access")))["code"], proof)).IsOk();
        Assert.Equal("DPoP", tokens["token_type"]);
        (await RedeemAsync("x", proof)).IsError(400, "invalid_dpop_proof");

        var info = OidcWorld.Issuer + "/api/auth/oauth2/userinfo";
        async Task<Answer> UserInfoAsync(string? withProof, string scheme = "DPoP")
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/api/auth/oauth2/userinfo");
            request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {tokens["access_token"]}");
            if (withProof is not null)
                request.Headers.Add("DPoP", withProof);
            return await spa.SendAsync(request);
        }

        Assert.Equal(id, (await UserInfoAsync(Proof(key, "GET", info, tokens["access_token"]))).IsOk()["sub"]);
        (await UserInfoAsync(null)).IsError(401, "invalid_token");
        (await UserInfoAsync(Proof(key, "GET", info, tokens["access_token"]), "Bearer")).IsError(401, "invalid_token");
        (await UserInfoAsync(Proof(stranger, "GET", info, tokens["access_token"]))).IsError(401, "invalid_token");
        (await UserInfoAsync(Proof(key, "GET", info, "another"))).IsError(401, "invalid_token");
        Task<Answer> RefreshAsync(ECDsa by) => spa.PostRawAsync(RelyingParty.TokenPath, [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]), ("client_id", spa.ClientId)], null, ("DPoP", Proof(by, method, uri)));
        (await RefreshAsync(stranger)).IsError(400, "invalid_grant");
        (await RefreshAsync(key)).IsOk();
    }

    [Fact]
    public async Task A_proof_is_for_the_address_that_was_called_also_under_its_older_name()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var service = await world.ClientAsync(new ClientDraft(GrantTypes: ["client_credentials"], AllowedScopes: ["metrics:read"]));
        Task<Answer> TokenAsync(string path, string provedPath) => service.PostRawAsync(path, [("grant_type", "client_credentials")], $"{service.ClientId}:{service.Secret}", ("DPoP", Proof(key, "POST", OidcWorld.Issuer + provedPath)));
        const string OlderName = "/api/oidc/token";
        Assert.Equal("DPoP", (await TokenAsync(OlderName, OlderName)).IsOk()["token_type"]);
        (await TokenAsync(RelyingParty.TokenPath, RelyingParty.TokenPath)).IsOk();
        (await TokenAsync(RelyingParty.TokenPath, OlderName)).IsError(400, "invalid_dpop_proof");
        (await TokenAsync(OlderName, RelyingParty.TokenPath)).IsError(400, "invalid_dpop_proof");
    }

    [Fact]
    public async Task Expectation_71_registration_needs_the_initial_access_token_and_keeps_the_rules()
    {
        async Task<Answer> RegisterAsync(object body, string? token = OidcWorld.RegistrationToken)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/oauth2/register") { Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json") };
            if (token is not null)
                request.Headers.Add("Authorization", "Bearer " + token);
            return await world.Synapse.SendAsync(request);
        }

        foreach (var wrong in (string?[])[null, "wrong"])
            (await RegisterAsync(new { redirect_uris = (string[])[RelyingParty.Callback] }, wrong)).IsError(401, "invalid_token");
        foreach (var uri in (string[])["https://*.example/cb", "http://rp.example/cb", "https://rp.example/cb#f", "javascript:alert(1)", "myapp:/cb", "not a uri"])
            (await RegisterAsync(new { redirect_uris = (string[])[uri] })).IsError(400, "invalid_redirect_uri");
        (await RegisterAsync(new { redirect_uris = (string[])[RelyingParty.Callback], token_endpoint_auth_method = "tls_client_auth" })).IsError(400, "invalid_client_metadata");
        var made = await RegisterAsync(new { client_name = "Self made", redirect_uris = (string[])[RelyingParty.Callback], scope = "openid profile", unheard_of = 1 });
        Assert.Equal(201, made.Status);
        var (browser, _, _) = await world.PersonAsync();
        var client = new RelyingParty(world, made["client_id"]!, made["client_secret"], RelyingParty.Callback);
        // Nobody but its person can let it in.
        Assert.Equal("consent_required", await client.ErrorAsync(browser, ("prompt", "none"), ("scope", "openid")));
        await AuthorizeTests.ConsentAsync(browser, client, ("scope", "openid profile"));
        await client.TokensAsync(browser, ("scope", "openid profile"));
    }

    [Fact]
    public async Task Expectation_71_registration_is_off_by_default()
    {
        await using var host = await new Mana.Testing.TestHost(world.Accounts.Database).StartAsync();
        using var http = host.CreateClient();
        using var answer = await http.PostAsync(new Uri("/api/auth/oauth2/register", UriKind.Relative), new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(404, (int)answer.StatusCode);
        Assert.DoesNotContain("registration_endpoint", await http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)), StringComparison.Ordinal);
    }

    static IEnumerable<(string, string?)> Pairs(Dictionary<string, string> parameters) => parameters.Select(pair => (pair.Key, (string?)pair.Value));

    string Proof(ECDsa key, string method, string uri, string? accessToken = null, int seconds = 0) => TestKeys.Proof(world.Clock, key, method, uri, accessToken, seconds);
}
