namespace Mana.Auth.Tests.Pages;

public sealed class SignInPagesTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    [Fact]
    public async Task Signing_in_gives_one_session_and_leads_to_the_account()
    {
        var (email, id) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        var done = await browser.SubmitAsync("/login", "/login", ("email", email.ToUpperInvariant()), ("password", AuthApi.Password));
        Assert.Equal((303, "/account"), (done.Status, done.Location));
        Assert.Contains(browser.Cookies, cookie => cookie.Name == "mana.session_token" && cookie.HttpOnly);
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND device_name = 'Firefox, Linux'", id));
        Assert.Contains(email, (await browser.OpenAsync("/account")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_goes_on_where_it_was_asked_to_when_that_is_ours()
    {
        var (email, _) = await world.PersonAsync();
        var ours = new Browser(world.Host);
        var page = await ours.OpenAsync("/login?callbackURL=http%3A%2F%2Flocalhost%3A5173%2Ftodo%3Fa%3D1");
        Assert.Contains("form-action 'self' http://localhost:5173;", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        var done = await ours.SendFormAsync("/login", [.. Browser.Hidden(page.Html, "/login"), ("email", email), ("password", AuthApi.Password)]);
        Assert.Equal("http://localhost:5173/todo?a=1", done.Location);
        // Who is signed in need not do it twice.
        Assert.Equal("http://localhost:5173/todo?a=1", (await ours.OpenAsync("/login?callbackURL=http%3A%2F%2Flocalhost%3A5173%2Ftodo%3Fa%3D1")).Location);
        Assert.Equal(200, (await ours.OpenAsync("/login?prompt=login")).Status);

        foreach (var foreign in (string[])["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http://localhost:5173@evil.example/"])
        {
            var browser = new Browser(world.Host);
            var shown = await browser.OpenAsync("/login?callbackURL=" + Uri.EscapeDataString(foreign));
            Assert.DoesNotContain("evil", shown.Header("Content-Security-Policy"), StringComparison.Ordinal);
            var answer = await browser.SendFormAsync("/login", [.. Browser.Hidden(shown.Html, "/login"), ("callbackURL", foreign), ("email", email), ("password", AuthApi.Password)]);
            Assert.Equal((303, "/account"), (answer.Status, answer.Location));
        }
    }

    [Fact]
    public async Task A_wrong_password_an_unknown_address_and_none_are_told_apart_by_nobody()
    {
        var (email, _) = await world.PersonAsync();
        var wrong = await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", email), ("password", "not this one 1"));
        var unknown = await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", AuthApi.NewEmail()), ("password", "not this one 1"));
        Assert.Equal((401, 401), (wrong.Status, unknown.Status));
        Assert.Contains("Address or password is not right.", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("Address or password is not right.", unknown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("not this one 1", wrong.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_guesses_here_lock_the_other_ways_in_too()
    {
        var (email, _) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        for (var guess = 0; guess < 5; guess++)
            Assert.Equal(401, (await browser.SubmitAsync("/login", "/login", ("email", email), ("password", $"wrong guess {guess}"))).Status);
        var locked = await browser.SubmitAsync("/login", "/login", ("email", email), ("password", AuthApi.Password));
        Assert.Equal(429, locked.Status);
        Assert.Contains("30 minutes", locked.Text, StringComparison.Ordinal);
        (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task Who_is_not_verified_learns_it_after_the_right_password_only()
    {
        var email = AuthApi.NewEmail();
        (await world.Api.RegisterAsync(email)).IsOk();
        Assert.Equal(401, (await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", email), ("password", "wrong guess 1"))).Status);
        var right = await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", email), ("password", AuthApi.Password));
        Assert.Equal(403, right.Status);
        Assert.Contains("not confirmed yet", right.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        var (email, id) = await world.PersonAsync();
        var browser = await new Browser(world.Host).SignInAsync(email);
        Assert.Equal("/login?signedOut=true", (await browser.SubmitAsync("/account", "/account/logout")).Location);
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", id));
        Assert.Equal("/login?callbackURL=%2Faccount%2Fkeys", (await browser.OpenAsync("/account/keys")).Location);
    }

    [Fact]
    public async Task Remembering_is_a_choice()
    {
        var (email, _) = await world.PersonAsync();
        var shortly = await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", email), ("password", AuthApi.Password));
        var long30 = await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", email), ("password", AuthApi.Password), ("remember", "true"));
        Assert.DoesNotContain("max-age", Cookie(shortly), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("max-age=2592000", Cookie(long30), StringComparison.OrdinalIgnoreCase);

        static string Cookie(Shown shown) => shown.Answer.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("mana.session_token=", StringComparison.Ordinal));
    }
}
