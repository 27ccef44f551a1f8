using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

/// <summary>auth.md 22: what the log of a person tells about clients, and where it came from.</summary>
public sealed class EventTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    [Fact]
    public async Task Events_of_clients_have_the_names_of_the_log_and_say_where_they_came_from()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var code = (await AuthorizeTests.ConsentAsync(browser, client, ("scope", "openid offline_access")))["code"];
        var tokens = (await client.RedeemAsync(code)).IsOk();
        (await client.RefreshAsync(tokens["refresh_token"])).IsOk();
        (await client.RedeemAsync(code)).IsError(400, "invalid_grant");
        var types = await world.Accounts.SecurityAsync(id);
        Assert.Equal(["oauth_consent_granted", "oidc_authorized", "oidc_token_issued", "oidc_code_replay"], types.Where(type => type.StartsWith('o')));

        // Of the browser: its name too; the client sends none.
        Assert.Equal(2L, await world.ScalarAsync("SELECT count(*) FROM auth.security_events WHERE user_id = $1 AND event_type IN ('oauth_consent_granted', 'oidc_authorized') AND user_agent LIKE '%Firefox%' AND request_id IS NOT NULL", id));
        Assert.Equal(2L, await world.ScalarAsync("SELECT count(*) FROM auth.security_events WHERE user_id = $1 AND event_type IN ('oidc_token_issued', 'oidc_code_replay') AND request_id IS NOT NULL", id));
    }

    [Fact]
    public async Task A_device_that_was_let_in_and_a_refresh_token_that_comes_twice_are_told_too()
    {
        var (browser, _, id) = await world.PersonAsync();
        var tv = await world.ClientAsync(new Mana.Auth.Oidc.Clients.ClientDraft(Type: "public", Native: true, GrantTypes: [DeviceGrant, "refresh_token"], RedirectUris: []));
        var started = (await tv.PostAsync("/api/auth/oauth2/device", [("scope", "openid offline_access")])).IsOk();
        var asked = await browser.OpenAsync($"/device?user_code={started["user_code"]}");
        await browser.SendFormAsync("/device", [.. Browser.Hidden(asked.Html, "/device"), ("answer", "accept")]);
        var tokens = (await tv.PostAsync(RelyingParty.TokenPath, [("grant_type", DeviceGrant), ("device_code", started["device_code"])])).IsOk();
        (await tv.RefreshAsync(tokens["refresh_token"])).IsOk();
        (await tv.RefreshAsync(tokens["refresh_token"])).IsError(400, "invalid_grant");
        Assert.Equal(["oidc_authorized", "oidc_token_issued", "oauth_refresh_reuse"], (await world.Accounts.SecurityAsync(id)).Where(type => type.StartsWith('o')));
        Assert.Equal(3L, await world.ScalarAsync("SELECT count(*) FROM auth.security_events WHERE user_id = $1 AND event_type LIKE 'o%' AND request_id IS NOT NULL", id));
    }
}
