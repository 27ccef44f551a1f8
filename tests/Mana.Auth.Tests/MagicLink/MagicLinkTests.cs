using System.Net;
using Mana.Auth.Tests.Cookies;
using Mana.Auth.Tests.TwoFactor;
using Microsoft.AspNetCore.WebUtilities;

namespace Mana.Auth.Tests.MagicLink;

public sealed class MagicLinkTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string Request = "/api/auth/sign-in/magic-link";
    const string Verify = "/api/auth/magic-link/verify";
    const string Target = Browser.App + "/home";

    [Theory]
    [InlineData(Request)]
    [InlineData("/api/auth/magic-link/send-magic-link")]
    public async Task The_link_signs_in_after_a_click_and_once(string path)
    {
        var (email, id) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        Assert.Equal("""{"status":true,"message":null}""", (await browser.PostAsync(path, new { email = email.ToUpperInvariant(), callbackURL = Target })).IsOk().Text);
        var link = await world.LinkAsync(email, "magic-link", "signInLink");
        Assert.StartsWith(Verify + "?token=", link, StringComparison.Ordinal);

        // A machine that follows the link signs nobody in.
        for (var look = 0; look < 2; look++)
        {
            var page = await GetAsync(link, browser);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.Contains("<form method=\"post\"", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("<strong>", page.Text, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", page.Policy, StringComparison.Ordinal);
            Assert.Equal("same-origin", page.Referrer);
        }

        Assert.Equal(0L, await SessionsAsync(id));
        var token = TokenOf(link);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(token)));
        var done = Assert.Single(answers, answer => answer.Location == Target);
        Assert.Contains(done.Cookies, cookie => cookie.StartsWith("mana.session_token=", StringComparison.Ordinal));
        Assert.All(answers.Where(answer => answer != done), answer => Assert.EndsWith("?error=ATTEMPTS_EXCEEDED", answer.Location, StringComparison.Ordinal));
        Assert.Equal(1L, await SessionsAsync(id));
        Assert.Equal("email", await world.RunAsync("SELECT array_to_string(amr, ',') FROM auth.sessions WHERE user_id = $1", id));
        Assert.EndsWith("error=ATTEMPTS_EXCEEDED", (await GetAsync(link, browser)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_another_browser_the_page_tells_who_asked()
    {
        var (email, _) = await world.PersonAsync();
        var asking = new Browser(world.Host);
        await asking.SendAsync(HttpMethod.Post, Request, new { email }, Browser.App, ("User-Agent", "<b>Evil/1.0</b>"));
        var page = await GetAsync(await world.LinkAsync(email, "magic-link", "signInLink"), new Browser(world.Host));
        Assert.Contains("<strong>&lt;b&gt;Evil/1.0&lt;/b&gt;</strong>", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_address_gets_the_same_answer_and_three_mails_an_hour()
    {
        var (email, id) = await world.PersonAsync();
        var known = await world.Api.CallAsync("POST", Request, new { email });
        var stranger = AuthApi.NewEmail();
        foreach (var other in (string?[])[stranger, "no address", null])
            Assert.Equal(known.Text, (await world.Api.CallAsync("POST", Request, new { email = other })).IsOk().Text);
        Assert.Empty(await world.MailsAsync(stranger));
        for (var more = 0; more < 4; more++)
            (await world.Api.CallAsync("POST", Request, new { email })).IsOk();
        Assert.Equal(3, (await world.MailsAsync(email, "magic-link")).Count);
        // Only the newest works, and at this clock they are equally new; none is stored as it was sent.
        var tokens = (await world.MailsAsync(email, "magic-link")).Select(mail => TokenOf(mail.Link("signInLink").PathAndQuery)).ToList();
        foreach (var token in tokens)
            Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.verification_tokens token WHERE user_id = $1 AND token::text LIKE '%' || $2 || '%'", id, token));
        var answers = new List<string?>();
        foreach (var token in tokens)
            answers.Add((await PostAsync(token)).Location);
        Assert.Equal(2, answers.Count(answer => answer!.EndsWith("error=INVALID_TOKEN", StringComparison.Ordinal)));
        Assert.Equal(1L, await SessionsAsync(id));
    }

    [Fact]
    public async Task It_lasts_ten_minutes_and_leads_to_trusted_places_only()
    {
        var (email, id) = await world.PersonAsync();
        foreach (var (member, code) in (IEnumerable<(string, string)>)[("callbackURL", "INVALID_CALLBACK_URL"), ("newUserCallbackURL", "INVALID_NEW_USER_CALLBACK_URL"), ("errorCallbackURL", "INVALID_ERROR_CALLBACK_URL")])
            Assert.Equal(code, (await world.Api.CallAsync("POST", Request, new Dictionary<string, string> { ["email"] = email, [member] = "https://evil.example/" }))["code"]);
        (await world.Api.CallAsync("POST", Request, new { email, callbackURL = Target })).IsOk();
        var link = await world.LinkAsync(email, "magic-link", "signInLink");
        // What the address says now is not what was asked for.
        Assert.DoesNotContain("evil", (await GetAsync($"{Verify}?token=x&callbackURL=https://evil.example/", new Browser(world.Host))).Location, StringComparison.Ordinal);
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Target + "?error=EXPIRED_TOKEN", (await GetAsync(link, new Browser(world.Host))).Location);
        Assert.EndsWith("error=EXPIRED_TOKEN", (await PostAsync(TokenOf(link))).Location, StringComparison.Ordinal);
        Assert.Equal(0L, await SessionsAsync(id));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task A_foreign_page_cannot_sign_its_visitors_in(string origin)
    {
        var (email, id) = await world.PersonAsync();
        (await world.Api.CallAsync("POST", Request, new { email })).IsOk();
        var token = TokenOf(await world.LinkAsync(email, "magic-link", "signInLink"));
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(token, origin)).Status);
        Assert.Equal(0L, await SessionsAsync(id));
        Assert.Equal(Browser.App, (await PostAsync(token, Browser.App)).Location?.TrimEnd('/'));
    }

    [Fact]
    public async Task It_is_one_factor_so_the_second_is_still_asked_for()
    {
        var person = await Enrolled.NewAsync(world);
        var sessions = await SessionsAsync(person.Id);
        (await world.Api.CallAsync("POST", Request, new { email = person.Email, callbackURL = Target })).IsOk();
        var answer = await PostAsync(TokenOf(await world.LinkAsync(person.Email, "magic-link", "signInLink")));
        Assert.Equal(Browser.App + "/login?twoFactorRedirect=true", answer.Location);
        Assert.Equal(sessions, await SessionsAsync(person.Id));
        var cookie = Assert.Single(answer.Cookies);
        var browser = new Browser(world.Host);
        browser.Cookies["mana.two_factor"] = cookie.Split(';')[0].Split('=', 2)[1];
        (await browser.PostAsync("/api/auth/two-factor/verify-totp", new { code = person.NextCode() })).IsOk();
        Assert.Equal("email,otp,mfa", await world.RunAsync("SELECT array_to_string(amr, ',') FROM auth.sessions WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1", person.Id));
    }

    [Fact]
    public async Task A_lock_holds_here_too()
    {
        var (email, id) = await world.PersonAsync();
        for (var failure = 0; failure < 5; failure++)
            (await world.Api.LoginAsync(email, "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");
        (await world.Api.CallAsync("POST", Request, new { email })).IsOk();
        Assert.EndsWith("?error=ACCOUNT_LOCKED", (await PostAsync(TokenOf(await world.LinkAsync(email, "magic-link", "signInLink")))).Location, StringComparison.Ordinal);
        Assert.Equal(0L, await SessionsAsync(id));
    }

    [Fact]
    public async Task An_account_that_nobody_had_verified_loses_the_password_of_whoever_registered_it()
    {
        var email = AuthApi.NewEmail();
        var id = (await world.Api.RegisterAsync(email)).IsOk()["user", "id"]!;
        await world.RunAsync("INSERT INTO auth.passkeys (id, user_id, credential_id, public_key, counter, device_type, backed_up, transports, name, aaguid, created_at) VALUES ($1, $1, $1, '', 0, 'singleDevice', false, '', '', '', now())", id);
        var stale = await world.LinkAsync(email, "verify-address", "verifyLink");
        (await world.Api.CallAsync("POST", Request, new { email, callbackURL = Target })).IsOk();
        Assert.Equal(Target, (await PostAsync(TokenOf(await world.LinkAsync(email, "magic-link", "signInLink")))).Location);

        (await world.Api.LoginAsync(email)).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Equal(true, await world.RunAsync("SELECT email_verified AND password_hash IS NULL FROM auth.users WHERE id = $1", id));
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.passkeys WHERE user_id = $1", id));
        Assert.Contains("auth.email_verified", await world.Events.NamesOfUserAsync(id));
        Assert.Contains("error=INVALID_TOKEN", (await GetAsync(stale, new Browser(world.Host))).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_sign_up_allowed_it_makes_an_account_by_the_common_way()
    {
        await using var open = new AccountWorld().With("Auth:MagicLink:AllowSignup", "true").With("Auth:MaxDailySignups", "1");
        await open.InitializeAsync();
        var (first, second) = (AuthApi.NewEmail(), AuthApi.NewEmail());
        foreach (var email in (string[])[first, second])
            (await open.Api.CallAsync("POST", Request, new { email, name = "Grace", callbackURL = Target, newUserCallbackURL = Browser.App + "/welcome" })).IsOk();
        Assert.Equal(Browser.App + "/welcome", (await PostAsync(TokenOf(await open.LinkAsync(first, "magic-link", "signInLink")), null, open)).Location);
        var id = (string)(await open.RunAsync("SELECT id FROM auth.users WHERE email = $1 AND name = 'Grace' AND email_verified AND password_hash IS NULL", first))!;
        Assert.Equal(1L, await open.RunAsync("SELECT count(*) FROM auth.organizations WHERE owner_user_id = $1", id));
        var events = await open.Events.NamesOfUserAsync(id);
        Assert.Contains("auth.user_registered", events);
        Assert.Contains("auth.email_verified", events);
        Assert.Empty(await open.MailsAsync(first, "verify-address"));

        Assert.Equal(Target + "?error=SIGNUP_LIMIT_REACHED", (await PostAsync(TokenOf(await open.LinkAsync(second, "magic-link", "signInLink")), null, open)).Location);
        Assert.Equal(0L, await open.RunAsync("SELECT count(*) FROM auth.users WHERE email = $1", second));
    }

    static string TokenOf(string link) => QueryHelpers.ParseQuery(link.Split('?')[1])["token"]!;

    async Task<Page> GetAsync(string link, Browser browser)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        if (browser.Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        return await SendAsync(request, world);
    }

    async Task<Page> PostAsync(string token, string? origin = null, AccountWorld? where = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Verify) { Content = new FormUrlEncodedContent([new("token", token)]) };
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        return await SendAsync(request, where ?? world);
    }

    static async Task<Page> SendAsync(HttpRequestMessage request, AccountWorld where)
    {
        using var http = where.Host.CreateClient();
        using var response = await http.SendAsync(request);
        return new Page(
            response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location?.OriginalString,
            [.. response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : []], Header(response, "Content-Security-Policy"), Header(response, "Referrer-Policy"));
    }

    static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    async Task<long> SessionsAsync(string id) => (long)(await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1", id))!;

    sealed record Page(HttpStatusCode Status, string Text, string? Location, IReadOnlyList<string> Cookies, string? Policy, string? Referrer);
}
