using Mana.Auth.Oidc.Clients;
using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

/// <summary>auth.md 13.5, step 5: who agrees, and for how long it counts.</summary>
public sealed class ConsentTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Fact]
    public async Task Only_whom_the_page_named_agrees_with_it()
    {
        var (browser, email, id) = await world.PersonAsync();
        var (other, otherId) = await world.Accounts.PersonAsync();
        var client = await world.ClientAsync();
        var asked = await browser.OpenAsync(client.Authorize());
        var page = await browser.OpenAsync(asked.Location!);
        Assert.Contains(email, page.Text, StringComparison.Ordinal);
        // In another tab somebody else signs in, and the first one still shows its page.
        await browser.SubmitAsync("/login?prompt=login", "/login", ("email", other), ("password", AuthApi.Password));
        var again = await browser.SendFormAsync("/consent", [.. Browser.Hidden(page.Html, "/consent"), ("answer", "accept")]);
        Assert.Equal((303, asked.Location), (again.Status, again.Location));
        Assert.Equal(0L, await GivenAsync(client, id, otherId));
        var shown = await browser.OpenAsync(again.Location!);
        Assert.Contains(other, shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(email, shown.Text, StringComparison.Ordinal);
        Assert.NotEmpty(client.Answer(await browser.SendFormAsync("/consent", [.. Browser.Hidden(shown.Html, "/consent"), ("answer", "accept")]))["code"]);
        Assert.Equal(1L, await GivenAsync(client, otherId));
        Assert.Equal(0L, await GivenAsync(client, id));
    }

    [Fact]
    public async Task Only_whom_the_page_named_signs_in_a_device()
    {
        var (browser, email, id) = await world.PersonAsync();
        var (other, otherId) = await world.Accounts.PersonAsync();
        var tv = await world.ClientAsync(new ClientDraft(Type: "public", Native: true, GrantTypes: ["urn:ietf:params:oauth:grant-type:device_code"], RedirectUris: []));
        var started = (await tv.PostAsync("/api/auth/oauth2/device", [("scope", "openid")])).IsOk();
        var page = await browser.OpenAsync($"/device?user_code={started["user_code"]}");
        Assert.Contains(email, page.Text, StringComparison.Ordinal);
        await browser.SubmitAsync("/login?prompt=login", "/login", ("email", other), ("password", AuthApi.Password));
        var again = await browser.SendFormAsync("/device", [.. Browser.Hidden(page.Html, "/device"), ("answer", "accept")]);
        Assert.Equal((400, null), (again.Status, again.Location));
        Assert.Contains("form has expired", again.Text, StringComparison.Ordinal);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.oauth_grants WHERE user_id = ANY($1)", (object)new[] { id, otherId }));
        page = await browser.OpenAsync($"/device?user_code={started["user_code"]}");
        Assert.Contains(other, page.Text, StringComparison.Ordinal);
        Assert.Equal("/device?done=allowed", (await browser.SendFormAsync("/device", [.. Browser.Hidden(page.Html, "/device"), ("answer", "accept")])).Location);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.oauth_grants WHERE user_id = $1", otherId));
    }

    [Fact]
    public async Task A_form_that_does_not_say_whom_it_was_shown_to_is_shown_again()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var asked = await browser.OpenAsync(client.Authorize());
        var fields = Browser.Hidden((await browser.OpenAsync(asked.Location!)).Html, "/consent").Where(field => field.Name != "shown_to").Append(("answer", "accept")).ToList();
        Assert.Equal(asked.Location, (await browser.SendFormAsync("/consent", fields)).Location);
        Assert.Equal(0L, await GivenAsync(client, id));
    }

    [Fact]
    public async Task Access_while_nobody_is_there_is_agreed_to_each_time_and_other_consent_is_remembered()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var offline = ("scope", (string?)"openid offline_access");
        Assert.NotEmpty((await AuthorizeTests.ConsentAsync(browser, client, offline))["code"]);
        Assert.NotEmpty(await client.CodeAsync(browser, ("scope", "openid")));
        Assert.StartsWith("/consent?", (await browser.OpenAsync(client.Authorize(offline))).Location, StringComparison.Ordinal);
        Assert.Equal("consent_required", await client.ErrorAsync(browser, offline, ("prompt", "none")));
        // A client of the platform asks nobody.
        Assert.NotEmpty(await (await world.TrustedAsync()).CodeAsync(browser, offline));
    }

    async Task<object?> GivenAsync(RelyingParty client, params string[] users) =>
        await world.ScalarAsync("SELECT count(*) FROM auth.oauth_consents WHERE client_id = $1 AND user_id = ANY($2)", client.ClientId, users);
}
