using Mana.Auth.Tests.Cookies;
using Mana.Auth.Tests.Tokens;
using Mana.Auth.TwoFactor;

namespace Mana.Auth.Tests.TwoFactor;

public sealed class EnrolmentTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    [Fact]
    public async Task Scenario_44_nothing_is_on_before_a_code_was_right()
    {
        var (email, id) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        var login = (await browser.LoginAsync(email)).IsOk();
        Assert.Equal("INVALID_PASSWORD", (await browser.PostAsync("/api/auth/two-factor/enable", new { password = "Falsches-Pferd-9" }))["code"]);

        var begun = (await browser.PostAsync("/api/auth/two-factor/enable", new { password = AuthApi.Password })).IsOk();
        Assert.Matches($"^otpauth://totp/Mana:{Uri.EscapeDataString(email)}\\?secret=[A-Z2-7]{{32}}&issuer=Mana&digits=6&period=30$", begun["totpURI"]);
        Assert.StartsWith("data:image/svg+xml;base64,", begun["qrCode"], StringComparison.Ordinal);
        var codes = Enrolled.CodesOf(begun);
        Assert.Equal(10, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(codes, code => Assert.Matches("^[a-hjkmnp-z2-9]{5}-[a-hjkmnp-z2-9]{5}$", code));

        Assert.False(await EnabledAsync(browser));
        (await new Browser(world.Host).LoginAsync(email)).IsOk().Body.GetProperty("accessToken");
        var secret = Enrolled.SecretOf(begun["totpURI"]!);
        var right = Totp.Code(secret, Totp.StepAt(world.Clock.GetUtcNow()));
        var wrong = await browser.PostAsync("/api/auth/two-factor/verify-totp", new { code = right == "000000" ? "111111" : "000000" });
        Assert.Equal((401, "INVALID_CODE"), (wrong.Status, wrong["code"]));
        Assert.False(await EnabledAsync(browser));
        // A backup code does not turn on what nobody has shown to be able to use.
        Assert.Equal("TWO_FACTOR_NOT_ENABLED", (await browser.PostAsync("/api/auth/two-factor/verify-backup-code", new { code = codes[0] }))["code"]);

        var before = browser.SessionCookie;
        var done = (await browser.PostAsync("/api/auth/two-factor/verify-totp", new { code = right })).IsOk();
        Assert.True(done.Body.GetProperty("user").GetProperty("twoFactorEnabled").GetBoolean());
        Assert.True(await EnabledAsync(browser));
        Assert.NotEqual(before, browser.SessionCookie);
        Assert.Equal(["pwd", "otp", "mfa"], Amr(done["token"]!));
        (await world.Api.RefreshAsync(done["refreshToken"])).IsOk();
        (await world.Api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/profile"), login["accessToken"])).IsRefused(401, "UNAUTHORIZED");
        (await world.Api.RefreshAsync(login["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        Assert.Single(await world.MailsAsync(email, "two-factor-enabled"));
        var events = await world.SecurityAsync(id);
        Assert.Contains("two_factor_failed", events);
        Assert.Contains("two_factor_enabled", events);
        Assert.Equal("TWO_FACTOR_ALREADY_ENABLED", (await browser.PostAsync("/api/auth/two-factor/enable", new { password = AuthApi.Password }))["code"]);
    }

    [Fact]
    public async Task Neither_secret_nor_codes_are_stored_in_clear()
    {
        var person = await Enrolled.NewAsync(world);
        var stored = (byte[])(await world.RunAsync("SELECT secret_encrypted FROM auth.two_factor WHERE user_id = $1", person.Id))!;
        Assert.Equal(-1, stored.AsSpan().IndexOf(person.Secret));
        Assert.Equal(20, person.Secret.Length);
        Assert.Equal(10L, await world.RunAsync("SELECT count(DISTINCT salt) FROM auth.two_factor_backup_codes WHERE user_id = $1 AND length(code_hash) = 32", person.Id));
    }

    [Fact]
    public async Task Scenario_50_disable_needs_the_password_and_the_second_factor()
    {
        var person = await Enrolled.NewAsync(world);
        var browser = person.Browser;
        Assert.Equal((400, "INVALID_PASSWORD"), await RefusalAsync(browser, "disable", new { password = "Falsches-Pferd-9" }));
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        foreach (var route in (string[])["disable", "generate-backup-codes", "get-totp-uri"])
            Assert.Equal((403, "STEP_UP_REQUIRED"), await RefusalAsync(browser, route, new { password = AuthApi.Password }));

        // The password once more is the same factor once more.
        (await browser.PostAsync("/api/auth/verify-password", new { password = AuthApi.Password })).IsOk();
        Assert.Equal((403, "STEP_UP_REQUIRED"), await RefusalAsync(browser, "disable", new { password = AuthApi.Password }));
        Assert.Equal((401, "INVALID_CODE"), await RefusalAsync(browser, "disable", new { password = AuthApi.Password, code = person.WrongCode() }));

        (await browser.PostAsync("/api/auth/two-factor/disable", new { password = AuthApi.Password, code = person.NextCode() })).IsOk();
        Assert.False(await EnabledAsync(browser));
        Assert.Single(await world.MailsAsync(person.Email, "two-factor-disabled"));
        Assert.Contains("two_factor_disabled", await world.SecurityAsync(person.Id));
        Assert.Equal(0L, await world.RunAsync("SELECT (SELECT count(*) FROM auth.two_factor WHERE user_id = $1) + (SELECT count(*) FROM auth.two_factor_backup_codes WHERE user_id = $1)", person.Id));
        (await new Browser(world.Host).LoginAsync(person.Email)).IsOk().Body.GetProperty("accessToken");
    }

    [Fact]
    public async Task New_codes_void_the_old_ones_and_the_uri_is_the_same()
    {
        var person = await Enrolled.NewAsync(world);
        var fresh = Enrolled.CodesOf((await person.Browser.PostAsync("/api/auth/two-factor/generate-backup-codes", new { password = AuthApi.Password })).IsOk());
        Assert.Empty(fresh.Intersect(person.Codes, StringComparer.Ordinal));
        var shown = (await person.Browser.PostAsync("/api/auth/two-factor/get-totp-uri", new { password = AuthApi.Password })).IsOk();
        Assert.Equal(person.Secret, Enrolled.SecretOf(shown["totpURI"]!));
        var (browser, _) = await person.BeginAsync();
        Assert.Equal("INVALID_BACKUP_CODE", (await browser.PostAsync("/api/auth/two-factor/verify-backup-code", new { code = person.Codes[0] }))["code"]);
        (await browser.PostAsync("/api/auth/two-factor/verify-backup-code", new { code = fresh[0] })).IsOk();
    }

    [Fact]
    public async Task Without_a_second_factor_there_is_nothing_to_renew_or_to_show()
    {
        var (email, _) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        (await browser.LoginAsync(email)).IsOk();
        Assert.Equal((400, "TWO_FACTOR_NOT_ENABLED"), await RefusalAsync(browser, "generate-backup-codes", new { password = AuthApi.Password }));
        Assert.Equal((400, "TOTP_NOT_ENABLED"), await RefusalAsync(browser, "get-totp-uri", new { password = AuthApi.Password }));
        Assert.Equal((400, "TOTP_NOT_ENABLED"), await RefusalAsync(browser, "verify-totp", new { code = "123456" }));
        Assert.Equal((400, "VALIDATION_ERROR"), await RefusalAsync(browser, "enable", new { password = AuthApi.Password, issuer = "a:b" }));
        Assert.Equal((401, "INVALID_TWO_FACTOR_COOKIE"), await RefusalAsync(new Browser(world.Host), "verify-totp", new { code = "123456" }));
        Assert.Equal(401, (await new Browser(world.Host).PostAsync("/api/auth/two-factor/enable", new { password = AuthApi.Password })).Status);
    }

    [Fact]
    public async Task A_code_or_a_backup_code_is_a_step_up()
    {
        var person = await Enrolled.NewAsync(world);
        world.Clock.Advance(TimeSpan.FromHours(1));
        var token = (await person.Browser.PostAsync("/api/v1/auth/session-to-token")).IsOk()["accessToken"];
        (await world.Api.PostAsync("step-up", new { twoFactorCode = person.WrongCode() }, token)).IsRefused(401, "TWO_FACTOR_FAILED");
        var code = person.NextCode();
        var done = (await world.Api.PostAsync("step-up", new { twoFactorCode = code }, token)).IsOk();
        Assert.Equal(world.Clock.GetUtcNow().ToUnixTimeSeconds(), TokenText.Claims(done["accessToken"]!).GetProperty("auth_time").GetInt64());
        (await world.Api.PostAsync("step-up", new { twoFactorCode = code }, token)).IsRefused(401, "TWO_FACTOR_FAILED");
        (await world.Api.PostAsync("step-up", new { twoFactorCode = person.Codes[3] }, token)).IsOk();
        // It was a second factor, so now the password is enough.
        (await person.Browser.PostAsync("/api/auth/two-factor/disable", new { password = AuthApi.Password })).IsOk();
    }

    [Fact]
    public async Task A_pending_secret_proves_nothing()
    {
        var (email, _) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        var token = (await browser.LoginAsync(email)).IsOk()["accessToken"];
        var begun = (await browser.PostAsync("/api/auth/two-factor/enable", new { password = AuthApi.Password })).IsOk();
        var code = Totp.Code(Enrolled.SecretOf(begun["totpURI"]!), Totp.StepAt(world.Clock.GetUtcNow()));
        (await world.Api.PostAsync("step-up", new { twoFactorCode = code }, token)).IsRefused(401, "TWO_FACTOR_FAILED");
    }

    static async Task<(int Status, string? Code)> RefusalAsync(Browser browser, string route, object body)
    {
        var answer = await browser.PostAsync("/api/auth/two-factor/" + route, body);
        return (answer.Status, answer["code"]);
    }

    static async Task<bool> EnabledAsync(Browser browser) => (await browser.GetAsync("/api/auth/get-session")).IsOk().Body.GetProperty("user").GetProperty("twoFactorEnabled").GetBoolean();

    static IEnumerable<string?> Amr(string token) => TokenText.Claims(token).GetProperty("amr").EnumerateArray().Select(method => method.GetString());
}
