using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

/// <summary>What people can do with the pages between authorize and the client: nothing leads into a dead end, or anywhere else.</summary>
public sealed class InteractionTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Fact]
    public async Task Nobody_signed_in_goes_by_the_login_page_to_consent_and_back_to_the_client()
    {
        var (email, id) = await world.Accounts.PersonAsync();
        var client = await world.ClientAsync();
        var browser = new Browser(world.Host);
        var asked = await browser.OpenAsync(client.Authorize(("login_hint", email), ("ui_locales", "de")));
        Assert.Matches("^/login\\?request=[A-Za-z0-9_-]{43}$", asked.Location);
        var page = await browser.OpenAsync(asked.Location!);
        Assert.Contains("Anmelden", page.Text, StringComparison.Ordinal);
        Assert.Contains($"value=\"{email}\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("form-action 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        var consent = await AuthorizeTests.LoginAsync(browser, asked.Location!, email);
        Assert.StartsWith("/consent?request=", consent.Location, StringComparison.Ordinal);
        var answer = client.Answer(await browser.SubmitAsync(consent.Location!, "/consent", ("answer", "accept")));
        (await client.RedeemAsync(answer["code"])).IsOk();
        Assert.Contains("oidc_authorized", await world.Accounts.SecurityAsync(id));
        // Remembered: no question the second time.
        Assert.NotEmpty(await client.CodeAsync(browser));
        Assert.StartsWith("/consent?", (await browser.OpenAsync(client.Authorize(("prompt", "consent")))).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expectation_20_pages_cannot_be_framed_and_forms_end_on_a_page_that_leads_on()
    {
        var (email, _) = await world.Accounts.PersonAsync();
        var client = await world.ClientAsync();
        var browser = new Browser(world.Host);
        var asked = await browser.OpenAsync(client.Authorize());
        Assert.Contains("frame-ancestors 'none'", (await browser.OpenAsync(asked.Location!)).Header("Content-Security-Policy"), StringComparison.Ordinal);
        var consent = await AuthorizeTests.LoginAsync(browser, asked.Location!, email);
        var page = await browser.OpenAsync(consent.Location!);
        Assert.Contains("frame-ancestors 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("form-action 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        var answer = await browser.SubmitAsync(consent.Location!, "/consent", ("answer", "accept"));
        Assert.Equal((200, null), (answer.Status, answer.Location));
        Assert.Contains("form-action 'self';", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.NotEmpty(client.Answer(answer)["code"]);
        Assert.Contains($"<a href=\"{System.Net.WebUtility.HtmlEncode(answer.Next)}\">", answer.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_back_button_and_a_double_submit_end_on_a_page_that_says_so()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var asked = await browser.OpenAsync(client.Authorize());
        var page = await browser.OpenAsync(asked.Location!);
        var form = Browser.Hidden(page.Html, "/consent").Append(("answer", "accept")).ToList();
        client.Answer(await browser.SendFormAsync("/consent", form));
        foreach (var again in (Shown[])[await browser.SendFormAsync("/consent", form), await browser.OpenAsync(asked.Location!),
            await browser.OpenAsync(asked.Location!.Replace("/consent", "/login", StringComparison.Ordinal)), await browser.OpenAsync(asked.Location!.Replace("/consent", "/api/auth/oauth2/continue", StringComparison.Ordinal))])
        {
            Assert.Equal((400, null), (again.Status, again.Location));
            Assert.Contains("over already", again.Text, StringComparison.Ordinal);
            Assert.Contains("href=\"https://rp.example\"", again.Html, StringComparison.Ordinal);
        }

        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.oauth_grants WHERE client_id = $1", client.ClientId));
    }

    [Fact]
    public async Task Two_tabs_do_not_disturb_each_other()
    {
        var (email, _) = await world.Accounts.PersonAsync();
        var (one, two) = (await world.TrustedAsync(), await world.TrustedAsync());
        var browser = new Browser(world.Host);
        var (first, second) = (await browser.OpenAsync(one.Authorize()), await browser.OpenAsync(two.Authorize()));
        Assert.NotEmpty(one.Answer(await AuthorizeTests.LoginAsync(browser, first.Location!, email))["code"]);
        // The other tab is reloaded, and finds its person signed in.
        var onward = await browser.OpenAsync(second.Location!);
        Assert.NotEmpty(two.Answer(await browser.OpenAsync(onward.Location!))["code"]);
    }

    [Fact]
    public async Task A_request_ends_after_ten_minutes_with_a_way_back()
    {
        var (browser, email, _) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var asked = await new Browser(world.Host).OpenAsync(client.Authorize());
        var consent = await browser.OpenAsync(client.Authorize());
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        foreach (var late in (Shown[])[await browser.OpenAsync(consent.Location!), await new Browser(world.Host).OpenAsync(asked.Location!)])
        {
            Assert.Equal(400, late.Status);
            Assert.Contains("Back to Test app", late.Text, StringComparison.Ordinal);
        }

        Assert.NotEmpty(email);
    }

    [Fact]
    public async Task Without_cookies_a_page_says_what_is_wrong()
    {
        var client = await world.ClientAsync();
        var browser = new Browser(world.Host) { TakesCookies = false };
        var asked = await browser.OpenAsync(client.Authorize());
        var page = await browser.OpenAsync(asked.Location!);
        Assert.Equal(400, page.Status);
        Assert.Contains("sends no cookies", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_is_of_no_use_in_another_browser()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (other, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        // The other browser has a request of its own, so it does send the cookie.
        await other.OpenAsync(client.Authorize(("prompt", "login")));
        var asked = await browser.OpenAsync(client.Authorize(("prompt", "consent")));
        foreach (var path in (string[])["/consent", "/login", "/api/auth/oauth2/continue"])
            Assert.Equal(400, (await other.OpenAsync(asked.Location!.Replace("/consent", path, StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task Expectation_70_nothing_in_the_address_of_a_page_decides_where_people_go()
    {
        var (email, _) = await world.Accounts.PersonAsync();
        var client = await world.TrustedAsync();
        var browser = new Browser(world.Host);
        var asked = await browser.OpenAsync(client.Authorize());
        var done = await browser.SubmitAsync(asked.Location + "&callbackURL=https%3A%2F%2Fevil.example&redirect_uri=https%3A%2F%2Fevil.example", "/login",
            ("email", email), ("password", AuthApi.Password), ("callbackURL", "https://evil.example"));
        Assert.StartsWith("/api/auth/oauth2/continue?request=", done.Next, StringComparison.Ordinal);
        Assert.NotEmpty(client.Answer(await browser.OpenAsync(done.Next!))["code"]);
        Assert.Equal(400, (await browser.OpenAsync("/login?request=https%3A%2F%2Fevil.example")).Status);
    }

    [Fact]
    public async Task A_client_that_lost_its_address_meanwhile_gets_nothing()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var asked = await browser.OpenAsync(client.Authorize());
        await world.ScalarAsync("UPDATE auth.oauth_clients SET redirect_uris = '{https://rp.example/new}' WHERE client_id = $1", client.ClientId);
        Assert.Equal(400, (await browser.OpenAsync(asked.Location!)).Status);
    }

    [Fact]
    public async Task The_consent_page_tells_who_asks_for_what_and_another_account_is_possible()
    {
        var (browser, email, _) = await world.PersonAsync();
        var (other, _) = await world.Accounts.PersonAsync();
        var client = await world.ClientAsync();
        var asked = await browser.OpenAsync(client.Authorize(("scope", "openid email offline_access")));
        var page = await browser.OpenAsync(asked.Location!);
        Assert.Contains("Test app wants to sign you in", page.Text, StringComparison.Ordinal);
        Assert.Contains(email, page.Text, StringComparison.Ordinal);
        Assert.Contains("see your e-mail address", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("see your name", page.Text, StringComparison.Ordinal);
        var login = asked.Location!.Replace("/consent", "/login", StringComparison.Ordinal) + "&prompt=login";
        var again = await AuthorizeTests.LoginAsync(browser, login, other);
        Assert.Contains(other, (await browser.OpenAsync(again.Location!)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expectation_42_withdrawing_consent_ends_the_tokens_and_asks_again()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var tokens = (await client.RedeemAsync((await AuthorizeTests.ConsentAsync(browser, client, ("scope", "openid offline_access")))["code"])).IsOk();
        var apps = await browser.OpenAsync("/account/apps");
        Assert.Contains("Test app", apps.Text, StringComparison.Ordinal);
        Assert.Equal("/account/apps?done=disconnected", (await browser.SubmitAsync("/account/apps", "/account/apps")).Location);
        (await client.RefreshAsync(tokens["refresh_token"])).IsError(400, "invalid_grant");
        (await client.UserInfoAsync(tokens["access_token"]!)).IsError(401, "invalid_token");
        Assert.StartsWith("/consent?", (await browser.OpenAsync(client.Authorize())).Location, StringComparison.Ordinal);
        Assert.DoesNotContain("Test app", (await browser.OpenAsync("/account/apps")).Text, StringComparison.Ordinal);
        Assert.Contains("oauth_consent_withdrawn", await world.Accounts.SecurityAsync(id));
    }

    [Fact]
    public async Task The_originals_way_to_answer_by_JSON_works_from_a_trusted_page_only()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var asked = await browser.OpenAsync(client.Authorize());
        var id = asked.Location!.Split('=')[1];
        async Task<Answer> SendAsync(string? origin)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/oauth2/consent") { Content = new StringContent($$"""{"accept":true,"consent_code":"{{id}}"}""", System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Name}={cookie.Value}")));
            if (origin is not null)
                request.Headers.Add("Origin", origin);
            return await client.SendAsync(request);
        }

        Assert.Equal(403, (await SendAsync("https://evil.example")).Status);
        Assert.Equal(403, (await SendAsync(null)).Status);
        Assert.StartsWith(RelyingParty.Callback + "?code=", (await SendAsync(OidcWorld.Issuer)).IsOk()["redirectURI"], StringComparison.Ordinal);
        (await SendAsync(OidcWorld.Issuer)).IsError(400, "invalid_request");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7", "answer=accept")]
    [InlineData("multipart/form-data; boundary=x", "not what it says")]
    [InlineData("application/json", "{}")]
    [InlineData("application/x-www-form-urlencoded", "")]
    public async Task A_form_that_cannot_be_read_is_an_expired_form(string contentType, string body)
    {
        foreach (var path in (string[])["/consent", "/logout", "/login"])
        {
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body)) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            using var answer = await world.SendAsync(request);
            Assert.Equal(400, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task Expectation_74_an_account_that_is_not_verified_or_deleted_gets_no_code()
    {
        var (browser, email, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        await world.ScalarAsync("UPDATE auth.users SET email_verified = false WHERE id = $1", id);
        Assert.Equal("interaction_required", await client.ErrorAsync(browser, ("prompt", "none")));
        Assert.Equal("access_denied", await client.ErrorAsync(browser));
        var fresh = new Browser(world.Host);
        var asked = await fresh.OpenAsync(client.Authorize());
        Assert.Equal(403, (await fresh.SubmitAsync(asked.Location!, "/login", ("email", email), ("password", AuthApi.Password))).Status);
        await world.ScalarAsync("UPDATE auth.users SET email_verified = true, deleted_at = now() WHERE id = $1", id);
        Assert.Equal("login_required", await client.ErrorAsync(browser, ("prompt", "none")));
    }

    [Fact]
    public async Task Expectation_75_guessing_on_the_way_from_a_client_locks_like_anywhere_else()
    {
        var (email, _) = await world.Accounts.PersonAsync();
        var client = await world.TrustedAsync();
        var browser = new Browser(world.Host);
        var asked = await browser.OpenAsync(client.Authorize());
        for (var guess = 0; guess < 5; guess++)
            Assert.Equal(401, (await browser.SubmitAsync(asked.Location!, "/login", ("email", email), ("password", $"wrong guess {guess}"))).Status);
        var locked = await browser.SubmitAsync(asked.Location!, "/login", ("email", email), ("password", AuthApi.Password));
        Assert.Equal((429, null), (locked.Status, locked.Location));
        (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
    }
}
