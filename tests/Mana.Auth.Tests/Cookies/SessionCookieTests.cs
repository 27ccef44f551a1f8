using System.Security.Cryptography;
using System.Text;
using Mana.Testing;

namespace Mana.Auth.Tests.Cookies;

public sealed class SessionCookieTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task Scenario_17_a_sign_in_is_one_session_with_a_cookie_whose_secret_is_stored_nowhere()
    {
        var browser = new Browser(fixture.Host);
        var login = await browser.NewSessionAsync();

        var cookie = Assert.Single(Session(browser));
        Assert.Matches("^mana\\.session_token=[A-Za-z0-9]{32}\\.[A-Za-z0-9%]+; max-age=604800; path=/; samesite=lax; httponly$", cookie);
        var secret = browser.SessionCookie!.Split('.')[0];
        Assert.DoesNotContain(secret, login.Text, StringComparison.Ordinal);
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.sessions WHERE user_id = $1", login["user", "id"]!));
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.sessions WHERE token_hash = $1", SHA256.HashData(Encoding.ASCII.GetBytes(secret))));
        var shown = (await browser.GetAsync("/api/auth/get-session")).IsOk();
        Assert.Equal(login["user", "id"], shown["user", "id"]);
        Assert.DoesNotContain(secret, shown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_17_a_program_without_an_origin_gets_a_cookie_and_a_foreign_page_none()
    {
        var program = new Browser(fixture.Host, null);
        await program.NewSessionAsync();
        Assert.NotNull(program.SessionCookie);
        foreach (var foreign in (string[])["https://evil.example", "null", "http://localhost:5173.evil.example"])
        {
            var page = new Browser(fixture.Host, foreign);
            Assert.Equal(3, (await page.NewSessionAsync())["accessToken"]!.Split('.').Length);
            Assert.Empty(page.SetCookies);
        }
    }

    [Fact]
    public async Task Not_to_be_remembered_is_a_cookie_that_ends_with_the_browser()
    {
        var email = AuthApi.NewEmail();
        var browser = new Browser(fixture.Host);
        (await new AuthApi(fixture.Host).RegisterAsync(email)).IsOk();
        (await browser.LoginAsync(email, new { email, password = AuthApi.Password, rememberMe = false })).IsOk();
        Assert.Equal(2, Session(browser).Count());
        Assert.All(Session(browser), cookie => Assert.DoesNotContain("max-age", cookie, StringComparison.Ordinal));
        Assert.StartsWith("true.", browser.Cookies["mana.dont_remember"], StringComparison.Ordinal);

        (await browser.LoginAsync(email, new { email, password = AuthApi.Password, rememberMe = true })).IsOk();
        Assert.Contains("max-age=2592000", browser.SetCookies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_36_in_production_it_is_secure_for_the_whole_domain_and_cleared_alike()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using (var host = await new TestHost(database).With("Auth:BaseUrl", "https://auth.mana.how").With("Auth:Cookies:Domain", ".mana.how").With("Auth:Cookies:SameSite", "None").StartAsync())
        {
            var browser = new Browser(host, "https://auth.mana.how");
            await browser.NewSessionAsync();
            const string Attributes = "; domain=.mana.how; path=/; secure; samesite=none; httponly";
            Assert.Matches($"^__Secure-mana\\.session_token=[^;]+; max-age=604800{Attributes}$", Assert.Single(Session(browser)));

            (await browser.PostAsync("/api/auth/sign-out")).IsOk();
            Assert.Equal(
                ["__Secure-mana.session_token", "__Secure-mana.session_data", "__Secure-mana.dont_remember"], browser.SetCookies.Select(cookie => cookie.Split('=')[0]));
            Assert.All(browser.SetCookies, cookie => Assert.EndsWith("=; max-age=0" + Attributes, cookie, StringComparison.Ordinal));
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task Scenario_35_without_a_cookie_or_with_one_that_we_did_not_sign_there_is_no_session()
    {
        var browser = new Browser(fixture.Host);
        Assert.Equal("null", (await browser.GetAsync("/api/auth/get-session")).IsOk().Text);
        await browser.NewSessionAsync();
        var good = browser.SessionCookie!;
        foreach (var bad in (string[])[(good[0] == 'A' ? "B" : "A") + good[1..], good[..^5] + "AA%3D", good.Split('.')[0], new string('A', 32) + good[32..], "%", ""])
        {
            browser.Cookies["mana.session_token"] = bad;
            var answer = (await browser.GetAsync("/api/auth/get-session?disableCookieCache=true")).IsOk();
            Assert.Equal("null", answer.Text);
            Assert.False(answer.Headers.Contains("set-auth-jwt"));
            (await browser.PostAsync("/api/v1/auth/session-to-token")).IsRefused(401, "UNAUTHORIZED");
        }
    }

    [Fact]
    public async Task The_native_surface_takes_cookie_and_Bearer_alike()
    {
        var browser = new Browser(fixture.Host);
        var login = await browser.NewSessionAsync();
        var byCookie = (await browser.GetAsync("/api/auth/get-session")).IsOk();
        var byBearer = (await new AuthApi(fixture.Host).SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/get-session"), login["accessToken"])).IsOk();
        Assert.Equal(byCookie.Text, byBearer.Text);
        Assert.Equal("no-store", byCookie.Headers.CacheControl?.ToString());

        var jwt = byCookie.Headers.GetValues("set-auth-jwt").Single();
        Assert.NotEqual("null", (await new AuthApi(fixture.Host).SessionAsync(jwt)).IsOk().Text);
        var token = (await browser.GetAsync("/api/auth/token")).IsOk()["token"];
        Assert.NotEqual("null", (await new AuthApi(fixture.Host).SessionAsync(token)).IsOk().Text);
        (await new Browser(fixture.Host).GetAsync("/api/auth/token")).IsRefused(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task The_error_page_shows_what_the_address_says_as_text()
    {
        using var client = fixture.Host.CreateClient();
        using var answer = await client.GetAsync(new Uri("/api/auth/error?error=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", UriKind.Relative));
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'; style-src 'nonce-", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    /// <summary>Without the cookie that makes a device known: that one stays when a session ends.</summary>
    static IEnumerable<string> Session(Browser browser) => browser.SetCookies.Where(cookie => !cookie.Contains("known_device", StringComparison.Ordinal));
}
