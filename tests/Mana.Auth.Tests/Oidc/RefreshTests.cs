using Mana.Auth.Oidc.Clients;
using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

public sealed class RefreshTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    static readonly (string, string?) Offline = ("scope", "openid profile offline_access");

    [Fact]
    public async Task Expectation_37_only_with_offline_access_and_the_grant()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        Assert.False((await client.TokensAsync(browser)).Body.TryGetProperty("refresh_token", out _));
        Assert.True((await client.TokensAsync(browser, Offline)).Body.TryGetProperty("refresh_token", out _));
        var without = await world.TrustedAsync(new ClientDraft(GrantTypes: ["authorization_code"]));
        var tokens = await without.TokensAsync(browser, Offline);
        Assert.False(tokens.Body.TryGetProperty("refresh_token", out _));
        (await without.RefreshAsync("mrt_whatever")).IsError(400, "unauthorized_client");
    }

    [Fact]
    public async Task Expectation_38_each_works_once_and_reuse_ends_the_family()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var first = await client.TokensAsync(browser, Offline);
        var second = (await client.RefreshAsync(first["refresh_token"])).IsOk();
        Assert.NotEqual(first["refresh_token"], second["refresh_token"]);
        (await client.UserInfoAsync(second["access_token"]!)).IsOk();
        (await client.RefreshAsync(first["refresh_token"])).IsError(400, "invalid_grant");
        (await client.RefreshAsync(second["refresh_token"])).IsError(400, "invalid_grant");
        (await client.UserInfoAsync(second["access_token"]!)).IsError(401, "invalid_token");
        Assert.Contains("oauth_refresh_reuse", await world.Accounts.SecurityAsync(id));
    }

    [Fact]
    public async Task Expectation_38_of_many_at_once_exactly_one_is_answered()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, Offline);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.RefreshAsync(tokens["refresh_token"])));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsError(400, "invalid_grant"));
    }

    [Fact]
    public async Task Expectation_39_another_client_gets_nothing_and_breaks_nothing()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (mine, other) = (await world.TrustedAsync(), await world.TrustedAsync());
        var first = await mine.TokensAsync(browser, Offline);
        var second = (await mine.RefreshAsync(first["refresh_token"])).IsOk();
        (await other.RefreshAsync(second["refresh_token"])).IsError(400, "invalid_grant");
        // Not even one that would betray a reuse.
        (await other.RefreshAsync(first["refresh_token"])).IsError(400, "invalid_grant");
        (await mine.RefreshAsync(second["refresh_token"])).IsOk();
        (await mine.PostRawAsync(RelyingParty.TokenPath, [("grant_type", "refresh_token"), ("refresh_token", second["refresh_token"]), ("client_id", mine.ClientId)], null)).IsError(401, "invalid_client");
    }

    [Fact]
    public async Task Expectation_40_scope_may_shrink_and_not_grow()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var first = await client.TokensAsync(browser, Offline);
        (await client.RefreshAsync(first["refresh_token"], ("scope", "openid email"))).IsError(400, "invalid_scope");
        // The refusal used nothing up.
        var narrow = (await client.RefreshAsync(first["refresh_token"], ("scope", "openid"))).IsOk();
        Assert.Equal("openid", narrow["scope"]);
        Assert.Equal(["sub"], (await client.UserInfoAsync(narrow["access_token"]!)).IsOk().Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal("openid profile offline_access", (await client.RefreshAsync(narrow["refresh_token"])).IsOk()["scope"]);
        var plain = (await client.RefreshAsync((await client.TokensAsync(browser, Offline))["refresh_token"], ("scope", "profile"))).IsOk();
        Assert.False(plain.Body.TryGetProperty("id_token", out _));
    }

    [Fact]
    public async Task Expectation_41_thirty_days_without_use_and_ninety_in_all()
    {
        var (browser, email, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var idle = await client.TokensAsync(browser, Offline);
        world.Clock.Advance(TimeSpan.FromDays(30));
        (await client.RefreshAsync(idle["refresh_token"])).IsError(400, "invalid_grant");

        browser = await new Browser(world.Host).SignInAsync(email);
        var kept = await client.TokensAsync(browser, Offline);
        for (var day = 0; day < 87; day += 29)
        {
            world.Clock.Advance(TimeSpan.FromDays(29));
            kept = (await client.RefreshAsync(kept["refresh_token"])).IsOk();
        }

        world.Clock.Advance(TimeSpan.FromDays(3));
        (await client.RefreshAsync(kept["refresh_token"])).IsError(400, "invalid_grant");
    }

    [Theory]
    [InlineData("logout")]
    [InlineData("reset")]
    [InlineData("deletion")]
    [InlineData("disabled")]
    public async Task Expectation_42_it_ends_with_what_it_stands_on(string how)
    {
        var (browser, email, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, Offline);
        switch (how)
        {
            case "logout":
                await browser.SubmitAsync("/account", "/account/logout");
                break;
            case "reset":
                (await world.Api.PostAsync("forgot-password", new { email })).IsOk();
                var link = await world.Accounts.LinkAsync(email, "reset-password", "resetLink");
                (await world.Api.PostAsync("reset-password", new { token = link.Split("/reset-password/")[1].Split('?')[0], newPassword = "Ein-anderes-Pferd-9" })).IsOk();
                break;
            case "deletion":
                await world.ScalarAsync("UPDATE auth.users SET deleted_at = now() WHERE id = $1", id);
                break;
            default:
                await world.ScalarAsync("UPDATE auth.oauth_clients SET disabled = true WHERE client_id = $1", client.ClientId);
                break;
        }

        var (status, error) = how == "disabled" ? (401, "invalid_client") : (400, "invalid_grant");
        (await client.RefreshAsync(tokens["refresh_token"])).IsError(status, error);
        (await client.UserInfoAsync(tokens["access_token"]!)).IsError(401, "invalid_token");
    }

    [Fact]
    public async Task Expectation_42_a_new_password_counts_although_the_session_ran_out_before()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var (one, two) = (await client.TokensAsync(browser, Offline), await client.TokensAsync(browser, Offline));
        await world.ScalarAsync("DELETE FROM auth.sessions WHERE user_id = $1", id);
        (await client.RefreshAsync(one["refresh_token"])).IsOk();
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.ScalarAsync("UPDATE auth.users SET password_changed_at = $2 WHERE id = $1", id, world.Clock.GetUtcNow());
        (await client.RefreshAsync(two["refresh_token"])).IsError(400, "invalid_grant");
    }

    [Fact]
    public async Task Expectation_43_the_new_id_token_is_of_the_same_sign_in()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var first = await client.TokensAsync(browser, Offline);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        var (old, fresh) = (RelyingParty.Claims(first), RelyingParty.Claims((await client.RefreshAsync(first["refresh_token"])).IsOk()));
        foreach (var claim in (string[])["iss", "sub", "aud", "sid"])
            Assert.Equal(old.GetProperty(claim).GetString(), fresh.GetProperty(claim).GetString());
        Assert.Equal(id, fresh.GetProperty("sub").GetString());
        Assert.Equal(old.GetProperty("auth_time").GetInt64(), fresh.GetProperty("auth_time").GetInt64());
        Assert.Equal(300, fresh.GetProperty("iat").GetInt64() - old.GetProperty("iat").GetInt64());
        Assert.False(fresh.TryGetProperty("nonce", out _));
    }
}
