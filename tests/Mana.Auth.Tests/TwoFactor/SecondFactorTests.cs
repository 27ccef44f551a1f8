using System.Text.Json;
using Mana.Auth.Tests.Cookies;
using Mana.Auth.Tests.Tokens;

namespace Mana.Auth.Tests.TwoFactor;

public sealed class SecondFactorTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string Totp = "/api/auth/two-factor/verify-totp";
    const string Backup = "/api/auth/two-factor/verify-backup-code";

    [Theory]
    [InlineData("/api/v1/auth/login")]
    [InlineData("/api/auth/sign-in/email")]
    public async Task Scenario_45_the_password_alone_gives_a_pending_sign_in_and_nothing_else(string path)
    {
        var person = await Enrolled.NewAsync(world);
        var sessions = await SessionsAsync(person.Id);
        var browser = new Browser(world.Host);
        var answer = (await browser.PostAsync(path, new { email = person.Email, password = AuthApi.Password })).IsOk();
        Assert.Equal(["redirect", "twoFactorRedirect", "twoFactorMethods", "twoFactorToken"], answer.Body.EnumerateObject().Select(member => member.Name));
        Assert.True(answer.Body.GetProperty("twoFactorRedirect").GetBoolean());
        Assert.False(answer.Body.GetProperty("redirect").GetBoolean());
        Assert.Equal(["totp", "backup_code"], answer.Body.GetProperty("twoFactorMethods").EnumerateArray().Select(method => method.GetString()));
        var cookie = Assert.Single(browser.SetCookies);
        Assert.StartsWith("mana.two_factor=", cookie, StringComparison.Ordinal);
        Assert.Contains("max-age=600", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(sessions, await SessionsAsync(person.Id));
        // What was begun opens nothing else.
        Assert.Equal(401, (await browser.PostAsync("/api/v1/auth/session-to-token")).Status);
        Assert.Equal("null", (await browser.GetAsync("/api/auth/get-session")).Text);
        (await world.Api.RefreshAsync(answer["twoFactorToken"])).IsRefused(401, "TOKEN_EXPIRED");
    }

    [Fact]
    public async Task Scenario_46_the_right_code_completes_it_and_works_once()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        var code = person.NextCode();
        var done = (await browser.PostAsync(Totp, new { code = code.Insert(3, " ") })).IsOk();
        Assert.Equal(["token", "user", "accessToken", "refreshToken", "expiresIn", "tokenType"], done.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(done["token"], done["accessToken"]);
        Assert.Equal(["pwd", "otp", "mfa"], TokenText.Claims(done["token"]!).GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        Assert.NotNull(browser.SessionCookie);
        Assert.DoesNotContain("mana.two_factor", browser.Cookies.Keys);
        Assert.Contains("mana.known_device", browser.Cookies.Keys);
        (await browser.PostAsync("/api/v1/auth/session-to-token")).IsOk();
        (await world.Api.RefreshAsync(done["refreshToken"])).IsOk();

        var (again, _) = await person.BeginAsync();
        var used = await again.PostAsync(Totp, new { code });
        Assert.Equal((401, "INVALID_CODE"), (used.Status, used["code"]));
        var events = await world.SecurityAsync(person.Id);
        Assert.Contains("two_factor_verified", events);
        Assert.Contains("two_factor_failed", events);
    }

    [Fact]
    public async Task Scenario_46_one_code_at_once_in_two_places_opens_one()
    {
        var person = await Enrolled.NewAsync(world);
        var begun = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => person.BeginAsync()));
        var code = person.NextCode();
        var answers = await Task.WhenAll(begun.Select(one => one.Browser.PostAsync(Totp, new { code })));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal((401, "INVALID_CODE"), (answer.Status, answer["code"])));
    }

    [Fact]
    public async Task Scenario_46_also_on_another_host()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        await using var rival = await Rival.BeginAsync(world.Database, "UPDATE auth.two_factor SET last_used_step = 99999999 WHERE user_id = $1", person.Id);
        var late = await rival.CommitBeforeAsync(browser.PostAsync(Totp, new { code = person.NextCode() }));
        Assert.Equal((401, "INVALID_CODE"), (late.Status, late["code"]));
    }

    [Fact]
    public async Task The_token_in_the_body_stands_for_the_cookie()
    {
        var person = await Enrolled.NewAsync(world);
        var answer = (await world.Api.LoginAsync(person.Email)).IsOk();
        var body = new { code = person.NextCode(), twoFactorToken = answer["twoFactorToken"] };
        (await world.Api.CallAsync("POST", Totp, body)).IsOk();
        Assert.Equal("INVALID_TWO_FACTOR_COOKIE", (await world.Api.CallAsync("POST", Totp, new { code = person.NextCode(), twoFactorToken = answer["twoFactorToken"] }))["code"]);
    }

    [Fact]
    public async Task Scenario_47_five_wrong_codes_destroy_what_was_begun()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        for (var wrong = 0; wrong < 5; wrong++)
            Assert.Equal("INVALID_CODE", (await browser.PostAsync(Totp, new { code = person.WrongCode() }))["code"]);
        var over = await browser.PostAsync(Totp, new { code = person.NextCode() });
        Assert.Equal((401, "INVALID_TWO_FACTOR_COOKIE"), (over.Status, over["code"]));
        // They count like wrong passwords, and the place is locked.
        (await new Browser(world.Host).LoginAsync(person.Email)).IsRefused(429, "ACCOUNT_LOCKED");
        Assert.Single(await world.MailsAsync(person.Email, "account-locked"));
        Assert.Equal(5, (await world.SecurityAsync(person.Id)).Count(type => type == "two_factor_failed"));
    }

    [Fact]
    public async Task Strangers_with_the_password_cannot_keep_a_known_device_out()
    {
        var person = await Enrolled.NewAsync(world);
        var device = person.Browser.Cookies["mana.known_device"];
        for (var network = 1; network <= 4; network++)
        {
            var begun = await BeginFromAsync($"203.0.{network}.1", person.Email);
            for (var guess = 0; guess < 3; guess++)
                await VerifyFromAsync($"203.0.{network}.1", begun, person.WrongCode());
        }

        var mine = new Browser(world.Host);
        mine.Cookies["mana.known_device"] = device;
        (await mine.LoginAsync(person.Email)).IsOk();
        (await mine.PostAsync(Totp, new { code = person.NextCode() })).IsOk();
    }

    [Fact]
    public async Task What_was_begun_lasts_ten_minutes_and_not_past_another_password()
    {
        var person = await Enrolled.NewAsync(world);
        var (late, _) = await person.BeginAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("INVALID_TWO_FACTOR_COOKIE", (await late.PostAsync(Totp, new { code = person.NextCode() }))["code"]);

        var (begun, _) = await person.BeginAsync();
        (await person.Browser.PostAsync("/api/v1/auth/change-password", new { currentPassword = AuthApi.Password, newPassword = "Neues-Pferd-2026" })).IsOk();
        Assert.Equal("INVALID_TWO_FACTOR_COOKIE", (await begun.PostAsync(Totp, new { code = person.NextCode() }))["code"]);
    }

    [Fact]
    public async Task A_foreign_page_cannot_use_what_a_browser_has_begun()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        Assert.Equal("INVALID_ORIGIN", (await browser.PostFromAsync("https://evil.example", Totp, new { code = person.NextCode() }))["code"]);
        Assert.Equal("MISSING_OR_NULL_ORIGIN", (await browser.PostFromAsync(null, Totp, new { code = person.NextCode() }))["code"]);
    }

    [Fact]
    public async Task Scenario_48_a_backup_code_works_once_however_it_is_written()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        (await browser.PostAsync(Backup, new { code = person.Codes[0].Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() })).IsOk();
        var (again, _) = await person.BeginAsync();
        var used = await again.PostAsync(Backup, new { code = person.Codes[0] });
        Assert.Equal((401, "INVALID_BACKUP_CODE"), (used.Status, used["code"]));
        Assert.Empty(await world.MailsAsync(person.Email, "backup-codes-low"));
        Assert.Equal("9", await RemainingAsync(person));
    }

    [Fact]
    public async Task Scenario_48_at_once_in_many_places_it_opens_one()
    {
        var person = await Enrolled.NewAsync(world);
        var begun = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => person.BeginAsync()));
        var answers = await Task.WhenAll(begun.Select(one => one.Browser.PostAsync(Backup, new { code = person.Codes[1] })));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.True(answer.Status is 401 or 409, answer.Text));
    }

    [Fact]
    public async Task Scenario_48_who_comes_a_moment_too_late_is_told_so()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        await using var rival = await Rival.BeginAsync(world.Database, "UPDATE auth.two_factor_backup_codes SET used_at = now() WHERE user_id = $1", person.Id);
        var late = await rival.CommitBeforeAsync(browser.PostAsync(Backup, new { code = person.Codes[2] }));
        Assert.Equal((409, "BACKUP_CODE_IN_USE"), (late.Status, late["code"]));
        // It was no wrong guess, and what was begun goes on.
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.login_attempts WHERE email_normalized = $1", person.Email));
        (await browser.PostAsync(Totp, new { code = person.NextCode() })).IsOk();
    }

    [Fact]
    public async Task The_owner_hears_when_two_codes_are_left()
    {
        var person = await Enrolled.NewAsync(world);
        for (var used = 0; used < 8; used++)
        {
            var (browser, _) = await person.BeginAsync();
            (await browser.PostAsync(Backup, new { code = person.Codes[used] })).IsOk();
        }

        Assert.Equal("2", Assert.Single(await world.MailsAsync(person.Email, "backup-codes-low")).Values!["remaining"]);
    }

    [Fact]
    public async Task Scenario_49_a_trusted_device_is_spared_until_the_password_is_reset()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        (await browser.PostAsync(Totp, new { code = person.NextCode(), trustDevice = true })).IsOk();
        var first = browser.Cookies["mana.trust_device"];
        world.Clock.Advance(TimeSpan.FromDays(29));
        var spared = (await browser.LoginAsync(person.Email)).IsOk();
        Assert.Equal(["pwd"], TokenText.Claims(spared["accessToken"]!).GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        var second = browser.Cookies["mana.trust_device"];
        Assert.NotEqual(first, second);

        // A copy of the first cookie is worth nothing after its use, and nobody else's account is spared.
        var thief = new Browser(world.Host);
        thief.Cookies["mana.trust_device"] = first;
        Assert.True((await thief.LoginAsync(person.Email)).IsOk().Body.TryGetProperty("twoFactorRedirect", out _));
        var other = await Enrolled.NewAsync(world);
        Assert.True((await browser.LoginAsync(other.Email)).IsOk().Body.TryGetProperty("twoFactorRedirect", out _));

        (await browser.LoginAsync(person.Email)).IsOk().Body.GetProperty("accessToken");
        await ResetAsync(person.Email, "Neues-Pferd-2026");
        Assert.True((await browser.LoginAsync(person.Email, new { email = person.Email, password = "Neues-Pferd-2026" })).IsOk().Body.TryGetProperty("twoFactorRedirect", out _));
    }

    [Fact]
    public async Task Trust_ends_after_thirty_days_and_with_signing_out_everywhere()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        (await browser.PostAsync(Totp, new { code = person.NextCode(), trustDevice = true })).IsOk();
        (await browser.LoginAsync(person.Email)).IsOk().Body.GetProperty("accessToken");
        (await browser.PostAsync("/api/auth/revoke-sessions")).IsOk();
        Assert.True((await browser.LoginAsync(person.Email)).IsOk().Body.TryGetProperty("twoFactorRedirect", out _));

        (await browser.PostAsync(Totp, new { code = person.NextCode(), trustDevice = true })).IsOk();
        world.Clock.Advance(TimeSpan.FromDays(30));
        Assert.True((await browser.LoginAsync(person.Email)).IsOk().Body.TryGetProperty("twoFactorRedirect", out _));
    }

    [Fact]
    public async Task A_sign_in_that_is_under_way_while_the_second_factor_is_turned_on_starts_no_session()
    {
        var (email, id) = await world.PersonAsync();
        await using var rival = await Rival.BeginAsync(world.Database, "UPDATE auth.users SET two_factor_enabled = true WHERE id = $1", id);
        (await rival.CommitBeforeAsync(world.Api.LoginAsync(email))).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Equal(0L, await SessionsAsync(id));
    }

    async Task ResetAsync(string email, string password)
    {
        (await world.Api.PostAsync("forgot-password", new { email })).IsOk();
        var token = (await world.LinkAsync(email, "reset-password", "resetLink")).Split("reset-password/")[1].Split('?')[0];
        (await world.Api.PostAsync("reset-password", new { token, newPassword = password })).IsOk();
    }

    async Task<string?> RemainingAsync(Enrolled person)
    {
        await world.SecurityAsync(person.Id);
        return await world.RunAsync("SELECT metadata->>'remaining' FROM auth.security_events WHERE user_id = $1 AND event_type = 'backup_code_used'", person.Id) as string;
    }

    async Task<long> SessionsAsync(string id) => (long)(await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1", id))!;

    async Task<string?> BeginFromAsync(string address, string email) => (await FromAsync(address, "/api/v1/auth/login", new { email, password = AuthApi.Password }))?.GetProperty("twoFactorToken").GetString();

    Task<JsonElement?> VerifyFromAsync(string address, string? token, string code) => FromAsync(address, Totp, new { twoFactorToken = token, code });

    async Task<JsonElement?> FromAsync(string address, string path, object content)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(content);
        var context = await AuthApi.SendExactlyAsync(world.Host, request =>
        {
            request.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(address);
            (request.Request.Method, request.Request.Path, request.Request.ContentType) = ("POST", path, "application/json");
            request.Request.Body = new MemoryStream(body);
            request.Request.ContentLength = body.Length;
        });
        return context.Response.StatusCode == 200 ? (await JsonDocument.ParseAsync(context.Response.Body)).RootElement : null;
    }
}
