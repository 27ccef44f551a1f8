using Mana.Auth.Oidc.Clients;
using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

public sealed class AuthorizeTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Theory]
    [InlineData("/api/auth/oauth2/authorize")]
    [InlineData("/api/oidc/authorize")]
    public async Task Expectation_5_GET_and_POST_lead_to_a_code(string path)
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var got = client.Answer(await browser.OpenAsync(client.Authorize().Replace(RelyingParty.AuthorizePath, path, StringComparison.Ordinal)));
        Assert.NotEmpty(got["code"]);
        // Posted from the client's own site: no cookie of ours comes along, and no antiforgery token either.
        var stranger = new Browser(world.Host) { Origin = "https://rp.example" };
        var posted = await stranger.SendFormAsync(path, client.Parameters().Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(303, posted.Status);
        Assert.StartsWith("/api/auth/oauth2/continue?request=", posted.Location, StringComparison.Ordinal);
        Assert.NotEmpty(client.Answer(await browser.OpenAsync(posted.Location!))["code"]);
    }

    [Theory]
    [InlineData("https://rp.example/cb/")]
    [InlineData("https://rp.example/cb/more")]
    [InlineData("https://rp.example/cb?x=1")]
    [InlineData("https://rp.example/cb#x")]
    [InlineData("https://rp.example:443/cb")]
    [InlineData("https://RP.example/cb")]
    [InlineData("https://rp.example/CB")]
    [InlineData("https://rp.example/%63b")]
    [InlineData("https://rp.example/x/../cb")]
    [InlineData("https://rp.example\\@evil.example/cb")]
    [InlineData("https://user@rp.example/cb")]
    [InlineData("http://rp.example/cb")]
    [InlineData("https://evil.example/cb")]
    [InlineData("//rp.example/cb")]
    [InlineData("javascript:alert(1)")]
    [InlineData(" https://rp.example/cb")]
    [InlineData(null)]
    public async Task Expectation_6_an_address_that_is_not_registered_gets_nobody(string? redirectUri)
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var shown = await browser.OpenAsync(client.Authorize(("redirect_uri", redirectUri)));
        Assert.Equal((400, null), (shown.Status, shown.Location));
        Assert.Contains("cannot go on", shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", shown.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expectation_6_an_unknown_or_disabled_client_gets_nobody()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        foreach (var id in (string?[])[null, "unknown", "<script>", new string('x', 500)])
        {
            var shown = await browser.OpenAsync(client.Authorize(("client_id", id)));
            Assert.Equal((400, null), (shown.Status, shown.Location));
        }

        await world.ScalarAsync("UPDATE auth.oauth_clients SET disabled = true WHERE client_id = $1", client.ClientId);
        Assert.Equal(400, (await browser.OpenAsync(client.Authorize())).Status);
        // Of two values nobody knows which was meant.
        Assert.Equal(400, (await browser.OpenAsync(client.Authorize() + "&redirect_uri=https%3A%2F%2Fevil.example%2F")).Status);
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("a b+c%20d&e=f#g?h/i\\j\"k'<l>")]
    [InlineData("äöü 漢字 🙂")]
    public async Task Expectation_7_state_comes_back_to_the_letter_with_success_and_error(string state)
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        Assert.Equal(state, client.Answer(await browser.OpenAsync(client.Authorize(("state", state))))["state"]);
        Assert.Equal(state, client.Answer(await browser.OpenAsync(client.Authorize(("state", state), ("response_type", "token"))))["state"]);
        Assert.False(client.Answer(await browser.OpenAsync(client.Authorize(("state", null)))).ContainsKey("state"));
    }

    [Fact]
    public async Task Expectation_8_iss_is_in_success_and_error()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        Assert.Equal(OidcWorld.Issuer, client.Answer(await browser.OpenAsync(client.Authorize()))["iss"]);
        Assert.Equal(OidcWorld.Issuer, client.Answer(await browser.OpenAsync(client.Authorize(("scope", null))))["iss"]);
    }

    [Theory]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "id_token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_type", "CODE", "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("scope", null, "invalid_scope")]
    [InlineData("scope", "unheard-of", "invalid_scope")]
    [InlineData("scope", "openid \"quoted\"", "invalid_scope")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "sometimes", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("max_age", "soon", "invalid_request")]
    [InlineData("id_token_hint", "rubbish", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("request_uri", "https://rp.example/request.jwt", "request_uri_not_supported")]
    public async Task Expectation_9_12_18_what_is_wrong_is_told_to_the_client(string name, string? value, string error)
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        Assert.Equal(error, await client.ErrorAsync(browser, (name, value)));
    }

    [Fact]
    public async Task Expectation_10_without_openid_it_is_plain_OAuth()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, ("scope", "profile"));
        Assert.False(tokens.Body.TryGetProperty("id_token", out _));
        Assert.Equal("profile", tokens["scope"]);
        (await client.UserInfoAsync(tokens["access_token"]!)).IsError(403, "insufficient_scope");
    }

    [Fact]
    public async Task Expectation_11_a_nonce_of_512_characters_comes_back()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var nonce = new string('n', 512);
        Assert.Equal(nonce, RelyingParty.Claims(await client.TokensAsync(browser, ("nonce", nonce))).GetProperty("nonce").GetString());
        Assert.False(RelyingParty.Claims(await client.TokensAsync(browser, ("nonce", null))).TryGetProperty("nonce", out _));
        Assert.Equal("invalid_request", await client.ErrorAsync(browser, ("nonce", nonce + "n")));
    }

    [Fact]
    public async Task Expectation_12_prompt_none_never_shows_anything()
    {
        var (browser, email, _) = await world.PersonAsync();
        var client = await world.ClientAsync();
        Assert.Equal("login_required", await client.ErrorAsync(new Browser(world.Host), ("prompt", "none")));
        Assert.Equal("consent_required", await client.ErrorAsync(browser, ("prompt", "none")));
        await ConsentAsync(browser, client);
        Assert.NotEmpty(await client.CodeAsync(browser, ("prompt", "none")));
        // More than was agreed to is asked for again.
        Assert.Equal("consent_required", await client.ErrorAsync(browser, ("prompt", "none"), ("scope", "openid profile email offline_access")));
        Assert.NotEmpty(email);
    }

    [Fact]
    public async Task Expectation_13_prompt_login_asks_for_the_password_again()
    {
        var (browser, email, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var before = RelyingParty.Claims(await client.TokensAsync(browser)).GetProperty("auth_time").GetInt64();
        foreach (var prompt in (string[])["login", "select_account"])
        {
            world.Clock.Advance(TimeSpan.FromMinutes(1));
            var asked = await browser.OpenAsync(client.Authorize(("prompt", prompt)));
            Assert.StartsWith("/login?request=", asked.Location, StringComparison.Ordinal);
            // Neither the page nor the way round it lets the old sign-in pass.
            Assert.Equal(200, (await browser.OpenAsync(asked.Location!)).Status);
            Assert.StartsWith("/login?request=", (await browser.OpenAsync(asked.Location!.Replace("/login", "/api/auth/oauth2/continue", StringComparison.Ordinal))).Location, StringComparison.Ordinal);
            var answer = client.Answer(await LoginAsync(browser, asked.Location!, email));
            var after = RelyingParty.Claims(await client.RedeemAsync(answer["code"])).GetProperty("auth_time").GetInt64();
            Assert.True(after > before);
            before = after;
        }
    }

    [Fact]
    public async Task Expectation_14_max_age_forces_a_new_sign_in_when_the_last_is_older()
    {
        var (browser, email, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEmpty(await client.CodeAsync(browser, ("max_age", "60")));
        Assert.Equal("login_required", await client.ErrorAsync(browser, ("max_age", "1"), ("prompt", "none")));
        foreach (var age in (string[])["1", "0"])
        {
            world.Clock.Advance(TimeSpan.FromSeconds(2));
            var asked = await browser.OpenAsync(client.Authorize(("max_age", age)));
            var answer = client.Answer(await LoginAsync(browser, asked.Location!, email));
            Assert.Equal(world.Clock.GetUtcNow().ToUnixTimeSeconds(), RelyingParty.Claims(await client.RedeemAsync(answer["code"])).GetProperty("auth_time").GetInt64());
        }
    }

    [Fact]
    public async Task Expectation_15_a_hint_of_somebody_else_is_login_required()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (other, otherEmail, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var hint = (await client.TokensAsync(browser))["id_token"];
        Assert.NotEmpty(await client.CodeAsync(browser, ("id_token_hint", hint), ("prompt", "none")));
        Assert.Equal("login_required", await client.ErrorAsync(other, ("id_token_hint", hint), ("prompt", "none")));
        Assert.Equal("login_required", await client.ErrorAsync(other, ("id_token_hint", hint)));
        // Also when they sign in only now.
        var third = new Browser(world.Host);
        var asked = await third.OpenAsync(client.Authorize(("id_token_hint", hint)));
        Assert.Equal("login_required", client.Answer(await LoginAsync(third, asked.Location!, otherEmail))["error"]);
    }

    [Fact]
    public async Task Expectation_16_17_what_is_optional_or_unknown_does_no_harm_and_twice_is_an_error()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        Assert.NotEmpty(await client.CodeAsync(browser, ("login_hint", "somebody@example.test"), ("ui_locales", "xx en-GB"), ("display", "touch"), ("acr_values", "urn:mace:incommon:iap:silver"),
            ("claims_locales", "de"), ("unheard-of", "1"), ("audience", "x"), ("claims", "{}")));
        Assert.NotEmpty(await client.CodeAsync(browser, ("prompt", ""), ("max_age", "")));
        foreach (var name in (string[])["scope", "nonce", "unheard-of"])
            Assert.Equal("invalid_request", client.Answer(await browser.OpenAsync(client.Authorize((name, "openid")) + $"&{name}=openid"))["error"]);
        var twice = client.Answer(await browser.OpenAsync(client.Authorize() + "&state=other"));
        Assert.Equal("invalid_request", twice["error"]);
        Assert.False(twice.ContainsKey("state"));
    }

    [Fact]
    public async Task Expectation_19_declining_is_access_denied()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var asked = await browser.OpenAsync(client.Authorize());
        Assert.StartsWith("/consent?request=", asked.Location, StringComparison.Ordinal);
        Assert.Equal("access_denied", client.Answer(await browser.SubmitAsync(asked.Location!, "/consent", ("answer", "deny")))["error"]);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.oauth_consents WHERE user_id = $1", id));
    }

    [Fact]
    public async Task Form_post_sends_the_answer_as_a_form_that_can_go_nowhere_else()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var shown = await browser.OpenAsync(client.Authorize(("response_mode", "form_post"), ("state", "\"><script>alert(1)</script>")));
        Assert.Equal(200, shown.Status);
        Assert.Contains("form-action https: http:;", shown.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", shown.Html, StringComparison.Ordinal);
        var fields = Browser.Hidden(shown.Html, RelyingParty.Callback).ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
        Assert.Equal("\"><script>alert(1)</script>", fields["state"]);
        Assert.Equal(OidcWorld.Issuer, fields["iss"]);
        (await client.RedeemAsync(fields["code"])).IsOk();
    }

    [Fact]
    public async Task Expectation_65_only_a_native_app_may_choose_the_port_of_its_own_machine()
    {
        var (browser, _, _) = await world.PersonAsync();
        var native = await world.ClientAsync(new ClientDraft(Type: "public", Native: true, RedirectUris: ["http://127.0.0.1/cb", "com.example.app:/cb"]));
        var web = await world.TrustedAsync(new ClientDraft(RedirectUris: ["http://127.0.0.1:8008/cb"]));
        Assert.StartsWith("/consent?", (await browser.OpenAsync(native.Authorize(("redirect_uri", "http://127.0.0.1:51004/cb")))).Location, StringComparison.Ordinal);
        foreach (var wrong in (string[])["http://127.0.0.1:51004/cb/x", "http://127.0.0.1:51004@evil.example/cb", "http://127.0.0.1:51004.evil.example/cb", "http://localhost:51004/cb", "https://127.0.0.1:51004/cb", "http://127.0.0.1:x/cb"])
            Assert.Equal(400, (await browser.OpenAsync(native.Authorize(("redirect_uri", wrong)))).Status);
        Assert.Equal(400, (await browser.OpenAsync(web.Authorize(("redirect_uri", "http://127.0.0.1:51004/cb")))).Status);
        var page = await browser.OpenAsync((await browser.OpenAsync(native.Authorize(("redirect_uri", "com.example.app:/cb")))).Location!);
        Assert.Contains("form-action 'self' com.example.app:;", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        // Any program can claim to be this one, so its person is asked each time (RFC 8252 8.6).
        await ConsentAsync(browser, native);
        Assert.Equal("consent_required", await native.ErrorAsync(browser, ("prompt", "none")));
    }

    internal static async Task<Dictionary<string, string>> ConsentAsync(Browser browser, RelyingParty client, params (string Name, string? Value)[] changes)
    {
        var asked = await browser.OpenAsync(client.Authorize(changes));
        return client.Answer(await browser.SubmitAsync(asked.Location!, "/consent", ("answer", "accept")));
    }

    /// <summary>Signs in on the page and goes on to the client.</summary>
    internal static async Task<Shown> LoginAsync(Browser browser, string page, string email)
    {
        var done = await browser.SubmitAsync(page, "/login", ("email", email), ("password", AuthApi.Password));
        // A page and no redirect, so that the policy of the form does not follow the browser to the client.
        Assert.Equal((200, null), (done.Status, done.Location));
        Assert.StartsWith("/api/auth/oauth2/continue?request=", done.Next, StringComparison.Ordinal);
        return await browser.OpenAsync(done.Next!);
    }
}
