using Mana.Auth.Oidc.Clients;
using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

public sealed class LogoutTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string Path = "/api/auth/oauth2/endsession";
    const string Bye = "https://rp.example/bye";

    [Fact]
    public async Task Expectation_57_with_the_token_of_this_session_nobody_is_asked()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, ("scope", "openid offline_access"));
        var done = await browser.OpenAsync(EndSession(("id_token_hint", tokens["id_token"]), ("post_logout_redirect_uri", Bye), ("state", "a b&c")));
        Assert.Equal((303, Bye + "?state=a%20b%26c"), (done.Status, done.Location));
        Assert.DoesNotContain(browser.Cookies, cookie => cookie.Name == "mana.session_token" && !cookie.Expired);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", id));
        (await client.RefreshAsync(tokens["refresh_token"])).IsError(400, "invalid_grant");
        Assert.Equal("login_required", await client.ErrorAsync(browser, ("prompt", "none")));
        // Again: there is nothing to end, and the way back still works.
        Assert.Equal(Bye, (await browser.OpenAsync(EndSession(("id_token_hint", tokens["id_token"]), ("post_logout_redirect_uri", Bye)))).Location);
    }

    [Theory]
    [InlineData("https://rp.example/cb")]
    [InlineData("https://rp.example/bye/")]
    [InlineData("https://evil.example/")]
    public async Task Expectation_58_an_address_that_is_not_registered_for_it_is_an_error_page(string target)
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser);
        var shown = await browser.OpenAsync(EndSession(("id_token_hint", tokens["id_token"]), ("post_logout_redirect_uri", target)));
        Assert.Equal((400, null), (shown.Status, shown.Location));
        Assert.Contains("still signed in", shown.Text, StringComparison.Ordinal);
        Assert.Equal(400, (await browser.OpenAsync(EndSession(("post_logout_redirect_uri", Bye)))).Status);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", id));
    }

    [Fact]
    public async Task A_sign_out_that_a_client_began_and_that_ran_out_still_signs_out()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var asked = await browser.OpenAsync(EndSession(("client_id", client.ClientId), ("post_logout_redirect_uri", Bye)));
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        var page = await browser.OpenAsync(asked.Location!);
        Assert.Equal(200, page.Status);
        var done = await browser.SendFormAsync("/logout", Browser.Hidden(page.Html, "/logout"));
        Assert.Equal((200, null), (done.Status, done.Next));
        Assert.Contains("You are signed out", done.Text, StringComparison.Ordinal);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", id));
    }

    [Fact]
    public async Task Expectation_59_without_a_hint_the_person_is_asked()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var asked = await browser.OpenAsync(EndSession(("client_id", client.ClientId), ("post_logout_redirect_uri", Bye), ("state", "s"), ("ui_locales", "de")));
        Assert.StartsWith("/logout?request=", asked.Location, StringComparison.Ordinal);
        var page = await browser.OpenAsync(asked.Location!);
        Assert.Contains("Abmelden?", page.Text, StringComparison.Ordinal);
        Assert.Contains("form-action 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", id));
        // A page and no redirect, so that the policy of the form does not follow the browser to the client.
        var done = await browser.SubmitAsync(asked.Location!, "/logout");
        Assert.Equal((200, null, Bye + "?state=s"), (done.Status, done.Location, done.Next));
        Assert.Equal("no-referrer", done.Header("Referrer-Policy"));
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", id));
    }

    [Fact]
    public async Task Expectation_59_the_token_of_another_session_is_asked_about_too()
    {
        var (browser, email, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser);
        var other = await new Browser(world.Host).SignInAsync(email);
        Assert.StartsWith("/logout?request=", (await other.OpenAsync(EndSession(("id_token_hint", tokens["id_token"])))).Location, StringComparison.Ordinal);
        Assert.Equal(2L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", id));
    }

    [Fact]
    public async Task Expectation_60_61_an_expired_hint_is_good_and_a_forged_or_foreign_one_is_not()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (client, other) = (await world.TrustedAsync(), await world.TrustedAsync());
        var token = (await client.TokensAsync(browser))["id_token"]!;
        world.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(400, (await browser.OpenAsync(EndSession(("id_token_hint", token), ("client_id", other.ClientId)))).Status);
        Assert.Equal(400, (await browser.OpenAsync(EndSession(("id_token_hint", token[..^8] + "AAAAAAAA")))).Status);
        Assert.Equal(400, (await browser.OpenAsync(EndSession(("id_token_hint", "rubbish")))).Status);
        Assert.Equal(400, (await browser.OpenAsync(EndSession(("client_id", "unknown")))).Status);
        var done = await browser.OpenAsync(EndSession(("id_token_hint", token)));
        Assert.Equal(200, done.Status);
        Assert.Contains("You are signed out", done.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expectation_62_it_can_be_posted()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var token = (await client.TokensAsync(browser))["id_token"]!;
        var posted = await new Browser(world.Host) { Origin = "https://rp.example" }.SendFormAsync(Path, ("id_token_hint", token), ("post_logout_redirect_uri", Bye));
        Assert.Equal(303, posted.Status);
        Assert.Equal(Bye, (await browser.OpenAsync(posted.Location!)).Location);
        Assert.Equal("login_required", await client.ErrorAsync(browser, ("prompt", "none")));
    }

    [Fact]
    public async Task An_app_is_gone_back_to_by_a_redirect_that_the_policy_of_the_form_lets_through()
    {
        var (browser, _, _) = await world.PersonAsync();
        var app = await world.ClientAsync(new ClientDraft(Type: "public", Native: true, RedirectUris: ["com.example.app:/cb"], PostLogoutRedirectUris: ["com.example.app:/bye"]));
        var asked = await browser.OpenAsync(EndSession(("client_id", app.ClientId), ("post_logout_redirect_uri", "com.example.app:/bye")));
        Assert.Contains("form-action 'self' com.example.app:;", (await browser.OpenAsync(asked.Location!)).Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal((303, "com.example.app:/bye"), await EndAsync());

        async Task<(int, string?)> EndAsync()
        {
            var done = await browser.SubmitAsync(asked.Location!, "/logout");
            return (done.Status, done.Location);
        }
    }

    static string EndSession(params (string Name, string? Value)[] parameters) => Path + "?" + string.Join('&', parameters.Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}"));
}
