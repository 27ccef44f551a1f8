namespace Mana.Auth.Tests.Oidc;

/// <summary>What programs were let have of a blocked account is worth nothing, whichever moment of the flow it comes from.</summary>
public sealed class BlockedTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Fact]
    public async Task Tokens_of_clients_end_and_a_code_becomes_none()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, ("scope", "openid profile offline_access"));
        var code = await client.CodeAsync(browser);
        await ActAsync(id, "block");
        (await client.UserInfoAsync(tokens["access_token"]!)).IsError(401, "invalid_token");
        (await client.RefreshAsync(tokens["refresh_token"])).IsError(400, "invalid_grant");
        (await client.RedeemAsync(code)).IsError(400, "invalid_grant");
        Assert.False((await client.IntrospectAsync(tokens["access_token"]!)).IsOk().Body.GetProperty("active").GetBoolean());

        // The browser is signed out: the provider asks who it is.
        Assert.DoesNotContain("code=", (await browser.OpenAsync(client.Authorize())).Location ?? "", StringComparison.Ordinal);
        await ActAsync(id, "unblock");
        (await client.RefreshAsync(tokens["refresh_token"])).IsError(400, "invalid_grant");
    }

    [Fact]
    public async Task A_grant_that_was_not_ended_holds_as_little()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, ("scope", "openid profile offline_access"));
        var code = await client.CodeAsync(browser);
        await world.ScalarAsync("UPDATE auth.users SET blocked_at = now() WHERE id = $1", id);
        (await client.UserInfoAsync(tokens["access_token"]!)).IsError(401, "invalid_token");
        (await client.RedeemAsync(code)).IsError(400, "invalid_grant");
        (await client.RefreshAsync(tokens["refresh_token"])).IsError(400, "invalid_grant");
    }

    async Task ActAsync(string userId, string deed)
    {
        var (_, admin, adminId) = await world.PersonAsync();
        await world.ScalarAsync("UPDATE auth.users SET role = 'admin' WHERE id = $1", adminId);
        (await world.Api.CallAsync("POST", $"/api/v1/admin/users/{userId}/{deed}", bearer: (await world.Api.LoginAsync(admin)).IsOk()["accessToken"])).IsOk();
    }
}
