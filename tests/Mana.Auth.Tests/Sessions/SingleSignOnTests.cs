using Mana.Auth.Sessions;
using Mana.Auth.Tests.Cookies;
using Mana.Auth.Tests.Tokens;
using Mana.Testing;

namespace Mana.Auth.Tests.Sessions;

/// <summary>From the cookie to tokens (auth.md 6.4), and what a cookie does to its session.</summary>
public sealed class SingleSignOnTests : IAsyncLifetime
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    string _database = "";
    TestHost _host = null!;
    AuthApi _api = null!;
    Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _host = await new TestHost(_database).With(_clock).StartAsync();
        (_api, _browser) = (new AuthApi(_host), new Browser(_host));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Scenario_31_a_cookie_gives_tokens_of_the_same_session_in_a_family_of_their_own()
    {
        var login = await _browser.NewSessionAsync();
        var sso = (await _browser.PostAsync("/api/v1/auth/session-to-token")).IsOk();

        Assert.Equal(["user", "accessToken", "refreshToken", "expiresIn", "tokenType"], sso.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(SessionOf(login), SessionOf(sso));
        var mine = (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        var theirs = (await _api.RefreshAsync(sso["refreshToken"])).IsOk();
        (await _api.RefreshAsync(mine["refreshToken"])).IsOk();
        (await _api.RefreshAsync(theirs["refreshToken"])).IsOk();
        Assert.Equal("sso_token_exchange", await Database.EventsAsync(_host, login["user", "id"]!));

        (await new Browser(_host).PostAsync("/api/v1/auth/session-to-token")).IsRefused(401, "UNAUTHORIZED");
        (await _browser.PostFromAsync("https://evil.example", "/api/v1/auth/session-to-token")).IsRefused(403, "INVALID_ORIGIN");
        // The cookie counts here, whatever else is sent along.
        (await _browser.SendAsync(HttpMethod.Post, "/api/v1/auth/session-to-token", null, Browser.App, ("Authorization", "Bearer garbage"))).IsOk();
    }

    [Fact]
    public async Task Scenario_27_a_copy_used_in_one_family_ends_the_session_with_all_of_them()
    {
        var login = await _browser.NewSessionAsync();
        var sso = (await _browser.PostAsync("/api/v1/auth/session-to-token")).IsOk();
        (await _api.RefreshAsync(sso["refreshToken"])).IsOk();
        _clock.Advance(TimeSpan.FromSeconds(31));
        (await _api.RefreshAsync(sso["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");

        (await _api.RefreshAsync(login["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        Assert.Equal("null", (await _browser.GetAsync("/api/auth/get-session")).IsOk().Text);
        Assert.Equal("sso_token_exchange,refresh_reuse_detected", await Database.EventsAsync(_host, login["user", "id"]!));
    }

    [Fact]
    public async Task Refresh_takes_the_cookie_when_there_is_no_token()
    {
        var login = await _browser.NewSessionAsync();
        var byCookie = (await _browser.PostAsync("/api/v1/auth/refresh")).IsOk();
        Assert.Equal(SessionOf(login), SessionOf(byCookie));
        (await _api.RefreshAsync(byCookie["refreshToken"])).IsOk();
        Assert.Equal("Invalid refresh token", (await new Browser(_host).PostAsync("/api/v1/auth/refresh")).IsRefused(401, "TOKEN_EXPIRED")["message"]);
        // A token that is sent is the one that counts.
        (await _browser.PostAsync("/api/v1/auth/refresh", new { refreshToken = "garbage" })).IsRefused(401, "TOKEN_EXPIRED");
    }

    [Fact]
    public async Task Scenario_89_whatever_carries_a_token_is_not_stored_and_names_the_request()
    {
        await _browser.NewSessionAsync();
        foreach (var (method, path) in ((HttpMethod, string)[])
                 [
                     (HttpMethod.Post, "/api/v1/auth/session-to-token"), (HttpMethod.Post, "/api/v1/auth/refresh"), (HttpMethod.Get, "/api/auth/token"),
                     (HttpMethod.Get, "/api/auth/get-session"), (HttpMethod.Get, "/api/v1/auth/session"), (HttpMethod.Get, "/api/auth/list-sessions"),
                     (HttpMethod.Post, "/api/auth/sign-out"),
                 ])
        {
            var answer = (await _browser.SendAsync(method, path, null, Browser.App, ("X-Request-Id", "scenario-89"))).IsOk();
            Assert.True(answer.Headers.CacheControl?.NoStore, path);
            Assert.Equal("no-cache", answer.Headers.Pragma.ToString());
            Assert.Equal("scenario-89", answer.Headers.GetValues("X-Request-Id").Single());
        }
    }

    [Fact]
    public async Task A_session_keeps_so_many_families_and_no_more()
    {
        var login = await _browser.NewSessionAsync();
        var first = (await _browser.PostAsync("/api/v1/auth/session-to-token")).IsOk();
        for (var i = 0; i < CookieExchange.MostFamilies; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            (await _browser.PostAsync("/api/v1/auth/session-to-token")).IsOk();
        }

        (await _api.RefreshAsync(first["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        Assert.NotEqual("null", (await _browser.GetAsync("/api/auth/get-session")).IsOk().Text);
    }

    [Fact]
    public async Task Scenario_33_a_session_that_is_used_moves_its_end_once_a_day()
    {
        await _browser.NewSessionAsync();
        var end = await EndAsync();
        _clock.Advance(Day - TimeSpan.FromSeconds(1));
        Assert.Equal(end, await EndAsync());
        Assert.Empty(_browser.SetCookies);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(end + Day, await EndAsync());
        Assert.Contains("max-age=604800", Assert.Single(_browser.SetCookies), StringComparison.Ordinal);
        Assert.Equal(end + Day, await EndAsync());
        Assert.Empty(_browser.SetCookies);
        _clock.Advance((7 * Day) - TimeSpan.FromSeconds(1));
        Assert.NotEqual(end, await EndAsync());
        _clock.Advance(7 * Day);
        Assert.Equal("null", (await _browser.GetAsync("/api/auth/get-session")).IsOk().Text);
    }

    [Fact]
    public async Task Scenario_33_after_ninety_days_it_is_over_however_much_it_is_used()
    {
        await _browser.NewSessionAsync();
        for (var day = 5; day < 90; day += 5)
        {
            _clock.Advance(5 * Day);
            await EndAsync();
        }

        _clock.Advance((5 * Day) - TimeSpan.FromSeconds(1));
        Assert.NotEqual("null", (await _browser.GetAsync("/api/auth/get-session")).IsOk().Text);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("null", (await _browser.GetAsync("/api/auth/get-session")).IsOk().Text);
    }

    [Fact]
    public async Task A_session_that_is_not_to_be_remembered_stays_so_when_it_is_extended()
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        (await _browser.LoginAsync(email, new { email, password = AuthApi.Password, rememberMe = false })).IsOk();
        _clock.Advance(2 * Day);
        await EndAsync();
        Assert.Equal(2, _browser.SetCookies.Count);
        Assert.All(_browser.SetCookies, cookie => Assert.DoesNotContain("max-age", cookie, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refresh_by_token_keeps_the_cookie_of_the_same_session_as_long_as_the_session()
    {
        var login = await _browser.NewSessionAsync();
        _clock.Advance(3 * Day);
        (await _browser.PostAsync("/api/v1/auth/refresh", new { refreshToken = login["refreshToken"] })).IsOk();
        Assert.Contains("max-age=604800", Assert.Single(_browser.SetCookies), StringComparison.Ordinal);
        var other = await _api.NewSessionAsync();
        (await _browser.PostAsync("/api/v1/auth/refresh", new { refreshToken = other["refreshToken"] })).IsOk();
        Assert.Empty(_browser.SetCookies);
    }

    [Fact]
    public async Task Scenario_32_sign_out_by_cookie_ends_the_session_and_clears_the_browser()
    {
        var login = await _browser.NewSessionAsync();
        var copy = _browser.SessionCookie!;
        Assert.Equal("{\"success\":true}", (await _browser.PostAsync("/api/v1/auth/logout")).IsOk().Text);
        Assert.Null(_browser.SessionCookie);
        (await _api.RefreshAsync(login["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        _browser.Cookies["mana.session_token"] = copy;
        Assert.Equal("null", (await _browser.GetAsync("/api/auth/get-session")).IsOk().Text);
        Assert.Equal("{\"success\":true}", (await _browser.PostAsync("/api/auth/sign-out")).IsOk().Text);
        Assert.Equal("logout", await Database.EventsAsync(_host, login["user", "id"]!));
    }

    async Task<DateTimeOffset> EndAsync() => DateTimeOffset.Parse(
        (await _browser.GetAsync("/api/auth/get-session")).IsOk()["session", "expiresAt"]!, System.Globalization.CultureInfo.InvariantCulture);

    static string? SessionOf(Answer answer) => TokenText.Claims(answer["accessToken"]!).GetProperty("sid").GetString();
}
