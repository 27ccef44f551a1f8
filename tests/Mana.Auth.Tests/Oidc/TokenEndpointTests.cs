using System.Net.Http.Headers;
using System.Text;
using Mana.Auth.Oidc.Clients;

namespace Mana.Auth.Tests.Oidc;

public sealed class TokenEndpointTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Fact]
    public async Task Expectation_21_implicit_and_password_do_not_exist()
    {
        var client = await world.TrustedAsync();
        (await client.PostAsync(RelyingParty.TokenPath, [("grant_type", "password"), ("username", "u"), ("password", "p")])).IsError(400, "unsupported_grant_type");
        (await client.PostAsync(RelyingParty.TokenPath, [("grant_type", "implicit")])).IsError(400, "unsupported_grant_type");
    }

    [Fact]
    public async Task Expectation_22_a_code_works_once_within_sixty_seconds_and_its_replay_ends_the_tokens()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var code = await client.CodeAsync(browser, ("scope", "openid offline_access"));
        var tokens = (await client.RedeemAsync(code)).IsOk();
        (await client.UserInfoAsync(tokens["access_token"]!)).IsOk();
        (await client.RedeemAsync(code)).IsError(400, "invalid_grant");
        (await client.UserInfoAsync(tokens["access_token"]!)).IsError(401, "invalid_token");
        (await client.RefreshAsync(tokens["refresh_token"])).IsError(400, "invalid_grant");
        // Told once, however often it comes.
        (await client.RedeemAsync(code)).IsError(400, "invalid_grant");
        Assert.Single(await world.Accounts.SecurityAsync(id), type => type == "oidc_code_replay");

        var late = await client.CodeAsync(browser);
        world.Clock.Advance(TimeSpan.FromSeconds(60));
        (await client.RedeemAsync(late)).IsError(400, "invalid_grant");
        (await client.RedeemAsync("unknown")).IsError(400, "invalid_grant");
        (await client.RedeemAsync(new string('x', 5000))).IsError(400, "invalid_grant");
        (await client.RedeemAsync(code, ("code", null))).IsError(400, "invalid_request");
    }

    [Fact]
    public async Task Expectation_24_PKCE_is_required_and_only_S256()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var spa = await world.ClientAsync(new ClientDraft(Type: "public", TokenEndpointAuthMethod: "none"));
        foreach (var one in (RelyingParty[])[client, spa])
        {
            Assert.Equal("invalid_request", await one.ErrorAsync(browser, ("code_challenge", null), ("code_challenge_method", null)));
            Assert.Equal("invalid_request", await one.ErrorAsync(browser, ("code_challenge_method", "plain")));
            Assert.Equal("invalid_request", await one.ErrorAsync(browser, ("code_challenge_method", null)));
            Assert.Equal("invalid_request", await one.ErrorAsync(browser, ("code_challenge", "too-short")));
            Assert.Equal("invalid_request", await one.ErrorAsync(browser, ("code_challenge", null)));
        }
    }

    [Theory]
    [InlineData("a-wrong-verifier-that-is-long-enough-0123456789")]
    [InlineData("short")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX\u00e4")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk ")]
    [InlineData("129")]
    [InlineData(null)]
    public async Task Expectation_25_a_verifier_that_does_not_fit_is_invalid_grant_and_uses_the_code_up(string? verifier)
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var code = await client.CodeAsync(browser);
        (await client.RedeemAsync(code, ("code_verifier", verifier == "129" ? new string('v', 129) : verifier))).IsError(400, "invalid_grant");
        (await client.RedeemAsync(code)).IsError(400, "invalid_grant");
    }

    [Fact]
    public async Task Expectation_26_a_verifier_for_no_challenge_is_invalid_grant()
    {
        var (browser, _, _) = await world.PersonAsync();
        var old = await world.TrustedAsync(new ClientDraft(RequirePkce: false));
        (await old.RedeemAsync(await old.CodeAsync(browser, ("code_challenge", null), ("code_challenge_method", null)))).IsError(400, "invalid_grant");
        (await old.RedeemAsync(await old.CodeAsync(browser, ("code_challenge", null), ("code_challenge_method", null)), ("code_verifier", null))).IsOk();
    }

    [Fact]
    public async Task Expectation_27_the_vector_of_RFC_7636_passes()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        (await client.RedeemAsync(await client.CodeAsync(browser))).IsOk();
    }

    [Fact]
    public async Task Expectation_28_only_forms_that_are_posted()
    {
        var client = await world.TrustedAsync();
        var json = new HttpRequestMessage(HttpMethod.Post, RelyingParty.TokenPath) { Content = new StringContent("""{"grant_type":"authorization_code"}""", Encoding.UTF8, "application/json") };
        (await client.SendAsync(json)).IsError(400, "invalid_request");
        var multipart = new HttpRequestMessage(HttpMethod.Post, RelyingParty.TokenPath) { Content = new MultipartFormDataContent { { new StringContent("authorization_code"), "grant_type" } } };
        (await client.SendAsync(multipart)).IsError(400, "invalid_request");
        using var got = await world.SendAsync(new HttpRequestMessage(HttpMethod.Get, RelyingParty.TokenPath + "?grant_type=authorization_code"));
        Assert.Equal(405, (int)got.StatusCode);
        (await client.PostAsync(RelyingParty.TokenPath, [("grant_type", "refresh_token"), ("refresh_token", "a"), ("refresh_token", "b")])).IsError(400, "invalid_request");
        (await client.PostAsync(RelyingParty.TokenPath, [("grant_type", "a\0b")])).IsError(400, "invalid_request");
        (await client.PostAsync(RelyingParty.TokenPath, [])).IsError(400, "invalid_request");
    }

    [Fact]
    public async Task Expectation_29_Basic_is_percent_decoded_and_wrong_credentials_are_401()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var encoded = string.Concat($"{client.ClientId}".Select(letter => $"%{(int)letter:X2}")) + ":" + Uri.EscapeDataString(client.Secret!);
        (await client.PostRawAsync(RelyingParty.TokenPath, Code(client, await client.CodeAsync(browser)), encoded)).IsOk();
        (await client.PostRawAsync(RelyingParty.TokenPath, Code(client, await client.CodeAsync(browser)).Append(("client_id", client.ClientId)).Append(("client_secret", client.Secret)), null)).IsOk();
        foreach (var wrong in (string[])[$"{client.ClientId}:wrong", $"unknown:{client.Secret}", $"{client.ClientId}:", "no colon", $":{client.Secret}", "%00:x"])
        {
            var refused = (await client.PostRawAsync(RelyingParty.TokenPath, Code(client, "x"), wrong)).IsError(401, "invalid_client");
            Assert.Equal("Basic", Assert.Single(refused.Headers.WwwAuthenticate).Scheme);
        }

        (await client.PostRawAsync(RelyingParty.TokenPath, Code(client, "x").Append(("client_id", client.ClientId)), null)).IsError(401, "invalid_client");
        var bearer = new HttpRequestMessage(HttpMethod.Post, RelyingParty.TokenPath) { Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "authorization_code"), KeyValuePair.Create("client_id", client.ClientId)]) };
        bearer.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "x");
        (await client.SendAsync(bearer)).IsError(401, "invalid_client");
    }

    [Fact]
    public async Task Expectation_30_two_methods_at_once_are_invalid_request()
    {
        var client = await world.TrustedAsync();
        (await client.PostRawAsync(RelyingParty.TokenPath, Code(client, "x").Append(("client_secret", client.Secret)), $"{client.ClientId}:{client.Secret}")).IsError(400, "invalid_request");
        (await client.PostRawAsync(RelyingParty.TokenPath, Code(client, "x").Append(("client_id", "another")), $"{client.ClientId}:{client.Secret}")).IsError(400, "invalid_request");
    }

    [Fact]
    public async Task Expectation_31_the_code_of_another_client_is_invalid_grant_and_spent()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (mine, other) = (await world.TrustedAsync(), await world.TrustedAsync());
        var code = await mine.CodeAsync(browser);
        (await other.RedeemAsync(code)).IsError(400, "invalid_grant");
        (await mine.RedeemAsync(code)).IsError(400, "invalid_grant");
    }

    [Theory]
    [InlineData("https://rp.example/cb/")]
    [InlineData(null)]
    public async Task Expectation_32_another_redirect_uri_is_invalid_grant(string? redirectUri)
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        (await client.RedeemAsync(await client.CodeAsync(browser), ("redirect_uri", redirectUri))).IsError(400, "invalid_grant");
    }

    [Fact]
    public async Task Expectation_33_34_the_answer_is_complete_and_not_kept()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, ("scope", "openid profile email offline_access"));
        Assert.True(tokens.Headers.CacheControl?.NoStore);
        Assert.Equal("no-cache", tokens.Headers.Pragma.ToString());
        Assert.Equal("Bearer", tokens["token_type"]);
        Assert.Equal(3600, tokens.Body.GetProperty("expires_in").GetInt32());
        Assert.Equal("openid profile email offline_access", tokens["scope"]);
        Assert.Equal(["access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"], tokens.Body.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Expectation_35_grants_that_do_not_exist_or_are_not_the_clients()
    {
        var client = await world.TrustedAsync();
        (await client.PostAsync(RelyingParty.TokenPath, [("grant_type", "urn:unheard-of")])).IsError(400, "unsupported_grant_type");
        (await client.PostAsync(RelyingParty.TokenPath, [("grant_type", "client_credentials")])).IsError(400, "unauthorized_client");
    }

    [Fact]
    public async Task Expectation_36_of_many_who_come_at_once_with_one_code_exactly_one_gets_tokens_and_loses_them()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var code = await client.CodeAsync(browser);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.RedeemAsync(code)));
        var winner = Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer != winner), answer => answer.IsError(400, "invalid_grant"));
        (await client.UserInfoAsync(winner["access_token"]!)).IsError(401, "invalid_token");
    }

    static IEnumerable<(string, string?)> Code(RelyingParty client, string code) =>
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.RedirectUri), ("code_verifier", RelyingParty.Verifier)];
}
