using System.Buffers.Text;
using System.Security.Cryptography;
using Mana.Auth.Tests.Cookies;
using Mana.Auth.Tests.Tokens;
using Mana.Auth.Tests.TwoFactor;
using Mana.Testing;

namespace Mana.Auth.Tests.Passkeys;

public sealed class PasskeySignInTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string Path = PasskeyPerson.Path;

    [Fact]
    public async Task Scenario_53_authenticate_gives_tokens_and_the_cookie()
    {
        var person = await PasskeyPerson.NewAsync(world);
        var authenticator = new SoftwareAuthenticator();
        (await person.RegisterAsync(authenticator)).IsOk();
        var browser = new Browser(world.Host);
        var asked = (await browser.PostAsync(Path + "/authenticate/options")).IsOk().Body.GetProperty("options");
        Assert.Equal(("localhost", "required"), (asked.GetProperty("rpId").GetString(), asked.GetProperty("userVerification").GetString()));
        Assert.Empty(asked.GetProperty("allowCredentials").EnumerateArray());

        authenticator.Counter = 7;
        var done = (await PasskeyPerson.SignInAsync(browser, authenticator)).IsOk();
        Assert.Equal(["user", "accessToken", "refreshToken", "expiresIn", "tokenType", "token"], done.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(person.Id, done["user", "id"]);
        Assert.Equal(["hwk", "mfa"], TokenText.Claims(done["accessToken"]!).GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        Assert.NotNull(browser.SessionCookie);
        (await browser.PostAsync("/api/v1/auth/session-to-token")).IsOk();
        (await world.Api.RefreshAsync(done["refreshToken"])).IsOk();
        Assert.Equal(7L, await world.RunAsync("SELECT counter FROM auth.passkeys WHERE user_id = $1 AND last_used_at IS NOT NULL", person.Id));
        var events = await world.SecurityAsync(person.Id);
        Assert.Contains("passkey_login_success", events);

        // Who steps up is asked for their own.
        var own = (await browser.PostAsync(Path + "/authenticate/options", new { stepUp = true })).IsOk().Body.GetProperty("options");
        Assert.Equal(Base64Url.EncodeToString(authenticator.CredentialId), Assert.Single(own.GetProperty("allowCredentials").EnumerateArray()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Scenario_53_whoever_was_signed_in_here_before_somebody_else_can_sign_in()
    {
        var (before, person) = (await PasskeyPerson.NewAsync(world), await PasskeyPerson.NewAsync(world));
        var authenticator = new SoftwareAuthenticator();
        (await person.RegisterAsync(authenticator)).IsOk();
        foreach (var body in (object?[])[null, new { }, new { stepUp = false }])
            Assert.Empty((await before.Browser.PostAsync(Path + "/authenticate/options", body)).IsOk().Body.GetProperty("options").GetProperty("allowCredentials").EnumerateArray());
        authenticator.Counter++;
        Assert.Equal(person.Id, (await PasskeyPerson.SignInAsync(before.Browser, authenticator)).IsOk()["user", "id"]);
    }

    [Fact]
    public async Task Scenario_53_a_counter_that_does_not_rise_is_401_and_is_noted()
    {
        var person = await PasskeyPerson.NewAsync(world);
        var authenticator = new SoftwareAuthenticator { Counter = 5 };
        (await person.RegisterAsync(authenticator)).IsOk();
        (await person.SignInAsync(authenticator)).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        authenticator.Counter = 0;
        (await person.SignInAsync(authenticator)).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        Assert.Contains("passkey_login_failure", await world.SecurityAsync(person.Id));
        Assert.Equal("counter", await world.RunAsync("SELECT metadata->>'reason' FROM auth.security_events WHERE user_id = $1 AND event_type = 'passkey_login_failure' LIMIT 1", person.Id));
        Assert.True((await person.Browser.GetAsync(Path)).IsOk().Body[0].GetProperty("flagged").GetBoolean());
        Assert.Equal(5L, await world.RunAsync("SELECT counter FROM auth.passkeys WHERE user_id = $1", person.Id));
        authenticator.Counter = 6;
        (await person.SignInAsync(authenticator)).IsOk();
    }

    [Fact]
    public async Task Authenticators_that_count_nothing_say_0_every_time()
    {
        var person = await PasskeyPerson.NewAsync(world);
        var authenticator = new SoftwareAuthenticator { Counter = 0, Flags = 0x1d };
        (await person.RegisterAsync(authenticator)).IsOk();
        (await person.SignInAsync(authenticator)).IsOk();
        var done = (await person.SignInAsync(authenticator)).IsOk();
        Assert.Equal(["swk", "mfa"], TokenText.Claims(done["accessToken"]!).GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
    }

    public static TheoryData<string> Wrongs => ["origin", "sub-origin", "challenge", "rpId", "uv", "up", "type", "cross", "backup", "signature", "other-key", "handle", "unknown"];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task Scenario_53_whatever_is_wrong_has_one_answer(string wrong)
    {
        var person = await PasskeyPerson.NewAsync(world);
        var good = new SoftwareAuthenticator();
        (await person.RegisterAsync(good)).IsOk();
        // Knobs are turned after registration: the credential is in order, this answer is not.
        var bad = PasskeyRegistrationTests.Broken(wrong);
        var authenticator = wrong is "other-key" or "unknown" ? bad : good;
        (authenticator.Counter, authenticator.Tampered) = (9, wrong == "signature");
        (authenticator.Origin, authenticator.RpId, authenticator.Flags, authenticator.Challenge) = (bad.Origin, bad.RpId, bad.Flags, bad.Challenge);
        (authenticator.Type, authenticator.CrossOrigin) = (bad.Type, bad.CrossOrigin);
        if (wrong == "other-key")
            authenticator.CredentialId = good.CredentialId;
        if (wrong == "handle")
            authenticator.UserHandle = RandomNumberGenerator.GetBytes(64);
        var answer = (await person.SignInAsync(authenticator)).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        var unknown = await person.SignInAsync(new SoftwareAuthenticator());
        Assert.Equal(unknown.Text, answer.Text);
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1", person.Id));
    }

    [Fact]
    public async Task An_answer_is_good_once_and_for_five_minutes()
    {
        var person = await PasskeyPerson.NewAsync(world);
        var authenticator = new SoftwareAuthenticator { Counter = 0 };
        (await person.RegisterAsync(authenticator)).IsOk();
        var asked = (await world.Api.CallAsync("POST", Path + "/authenticate/options")).IsOk();
        var body = new { challengeId = asked["challengeId"], credential = authenticator.Get(asked.Body.GetProperty("options")) };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.Api.CallAsync("POST", Path + "/authenticate/verify", body)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsRefused(401, "PASSKEY_VERIFICATION_FAILED"));

        asked = (await world.Api.CallAsync("POST", Path + "/authenticate/options")).IsOk();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        (await world.Api.CallAsync("POST", Path + "/authenticate/verify", new { challengeId = asked["challengeId"], credential = authenticator.Get(asked.Body.GetProperty("options")) }))
            .IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        (await world.Api.CallAsync("POST", Path + "/authenticate/verify", new { challengeId = "x" })).IsRefused(400, "VALIDATION");
    }

    [Fact]
    public async Task A_passkey_is_two_factors_so_nobody_asks_for_a_code()
    {
        var enrolled = await Enrolled.NewAsync(world);
        var person = new PasskeyPerson(world, enrolled.Email, enrolled.Id, enrolled.Browser);
        var authenticator = new SoftwareAuthenticator();
        (await person.RegisterAsync(authenticator)).IsOk();
        authenticator.Counter++;
        (await person.SignInAsync(authenticator)).IsOk().Body.GetProperty("accessToken");
    }

    [Fact]
    public async Task Who_has_a_second_factor_proves_it_before_a_passkey_stands_for_it()
    {
        var person = await Enrolled.NewAsync(world);
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        (await person.Browser.PostAsync("/api/v1/auth/step-up", new { password = AuthApi.Password })).IsOk();
        (await person.Browser.PostAsync(Path + "/register/options")).IsRefused(403, "STEP_UP_REQUIRED");
        (await person.Browser.PostAsync("/api/v1/auth/step-up", new { twoFactorCode = person.NextCode() })).IsOk();
        (await person.Browser.PostAsync(Path + "/register/options")).IsOk();
    }

    [Fact]
    public async Task A_passkey_of_the_caller_is_a_step_up()
    {
        var (person, other) = (await PasskeyPerson.NewAsync(world), await PasskeyPerson.NewAsync(world));
        var (own, foreign) = (new SoftwareAuthenticator(), new SoftwareAuthenticator());
        (await person.RegisterAsync(own)).IsOk();
        (await other.RegisterAsync(foreign)).IsOk();
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        (await person.Browser.PostAsync(Path + "/register/options")).IsRefused(403, "STEP_UP_REQUIRED");
        foreign.Counter++;
        (await StepUpAsync(person.Browser, foreign, new Browser(world.Host))).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        own.Counter++;
        var done = (await StepUpAsync(person.Browser, own, person.Browser)).IsOk();
        Assert.Equal(["pwd", "hwk", "mfa"], TokenText.Claims(done["accessToken"]!).GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        (await person.Browser.PostAsync(Path + "/register/options")).IsOk();
    }

    [Fact]
    public async Task Scenario_54_the_eleventh_failure_closes_the_credential_for_five_minutes_and_nothing_else()
    {
        var person = await PasskeyPerson.NewAsync(world);
        var authenticator = new SoftwareAuthenticator { Tampered = true };
        (await person.RegisterAsync(authenticator)).IsOk();
        for (var failure = 0; failure < 10; failure++)
            (await person.SignInAsync(authenticator)).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        var blocked = (await person.SignInAsync(authenticator)).IsRefused(429, "RATE_LIMITED");
        Assert.Equal(TimeSpan.FromMinutes(5), blocked.Headers.RetryAfter?.Delta);
        (authenticator.Tampered, authenticator.Counter) = (false, 2);
        (await person.SignInAsync(authenticator)).IsRefused(429, "RATE_LIMITED");
        (await new Browser(world.Host).LoginAsync(person.Email)).IsOk().Body.GetProperty("accessToken");

        world.Clock.Advance(TimeSpan.FromMinutes(5));
        (await person.SignInAsync(authenticator)).IsOk();
    }

    [Fact]
    public async Task Failures_of_different_minutes_do_not_add_up()
    {
        var authenticator = new SoftwareAuthenticator();
        var browser = new Browser(world.Host);
        for (var failure = 0; failure < 15; failure++)
        {
            (await PasskeyPerson.SignInAsync(browser, authenticator)).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
            world.Clock.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task Scenario_54_the_twenty_first_question_in_a_minute_is_429()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using (var host = await new TestHost(database).With("RateLimits:Enabled", "true").StartAsync())
        {
            var api = new AuthApi(host);
            for (var request = 0; request < 20; request++)
                Assert.NotEqual(429, (await api.CallAsync("POST", Path + "/authenticate/options")).Status);
            var refused = (await api.CallAsync("POST", Path + "/authenticate/options")).IsRefused(429, "RATE_LIMITED");
            Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            Assert.NotEqual(429, (await api.LoginAsync(AuthApi.NewEmail())).Status);
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task Scenario_55_list_rename_and_remove_own_ones_only()
    {
        var (person, other) = (await PasskeyPerson.NewAsync(world), await PasskeyPerson.NewAsync(world));
        var authenticator = new SoftwareAuthenticator();
        var id = (await person.RegisterAsync(authenticator)).IsOk()["id"];
        var listed = Assert.Single((await person.Browser.GetAsync(Path)).IsOk().Body.EnumerateArray());
        Assert.Equal(["id", "credentialId", "deviceType", "backedUp", "friendlyName", "lastUsedAt", "createdAt", "flagged"], listed.EnumerateObject().Select(member => member.Name));

        foreach (var body in (object[])[new { friendlyName = "" }, new { friendlyName = new string('x', 65) }, new { friendlyName = "a\nb" }, new { }])
            (await person.Browser.SendAsync(HttpMethod.Patch, $"{Path}/{id}", body, Browser.App)).IsRefused(400, "VALIDATION");
        Assert.Equal("Schlüssel", (await person.Browser.SendAsync(HttpMethod.Patch, $"{Path}/{id}", new { friendlyName = " Schlüssel " }, Browser.App)).IsOk()["friendlyName"]);
        Assert.Equal("Key", (await person.Browser.SendAsync(HttpMethod.Patch, $"{Path}/{id}", new { name = "Key" }, Browser.App)).IsOk()["friendlyName"]);
        (await other.Browser.SendAsync(HttpMethod.Patch, $"{Path}/{id}", new { friendlyName = "x" }, Browser.App)).IsRefused(404, "NOT_FOUND");
        (await other.Browser.SendAsync(HttpMethod.Delete, $"{Path}/{id}", null, Browser.App)).IsRefused(404, "NOT_FOUND");
        (await person.Browser.SendAsync(HttpMethod.Delete, $"{Path}/unknown", null, Browser.App)).IsRefused(404, "NOT_FOUND");

        Assert.Equal(204, (await person.Browser.SendAsync(HttpMethod.Delete, $"{Path}/{id}", null, Browser.App)).Status);
        Assert.Equal("[]", (await person.Browser.GetAsync(Path)).Text);
        authenticator.Counter++;
        (await person.SignInAsync(authenticator)).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        Assert.Single(await world.MailsAsync(person.Email, "passkey-removed"));
        var events = await world.SecurityAsync(person.Id);
        Assert.Contains("passkey_renamed", events);
        Assert.Contains("passkey_deleted", events);
    }

    [Fact]
    public async Task Removing_one_needs_a_proof_that_is_not_old()
    {
        var person = await PasskeyPerson.NewAsync(world);
        var id = (await person.RegisterAsync(new SoftwareAuthenticator())).IsOk()["id"]!;
        await world.RunAsync("UPDATE auth.sessions SET auth_time = auth_time - interval '16 minutes' WHERE user_id = $1", person.Id);
        (await person.Browser.SendAsync(HttpMethod.Delete, $"{Path}/{id}", null, Browser.App)).IsRefused(403, "STEP_UP_REQUIRED");

        var page = new Pages.Browser(world.Host);
        await page.SignInAsync(person.Email);
        await world.RunAsync("UPDATE auth.sessions SET auth_time = auth_time - interval '16 minutes' WHERE user_id = $1", person.Id);
        var sent = await page.SendFormAsync("/account/passkeys", [.. Pages.Browser.Hidden((await page.OpenAsync("/account/security")).Html, "/account/passkeys").Where(field => field.Name == "__form"), ("remove", id)]);
        Assert.Equal((303, "/account/confirm?next=%2Faccount%2Fpasskeys"), (sent.Status, sent.Location));
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.passkeys WHERE user_id = $1", person.Id));

        (await person.Browser.PostAsync("/api/v1/auth/step-up", new { password = AuthApi.Password })).IsOk();
        Assert.Equal(204, (await person.Browser.SendAsync(HttpMethod.Delete, $"{Path}/{id}", null, Browser.App)).Status);
    }

    [Fact]
    public async Task Scenario_51_switched_off_there_is_nothing()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using (var host = await new TestHost(database).With("Auth:Passkeys:Enabled", "false").StartAsync())
        {
            var api = new AuthApi(host);
            Assert.Equal("""{"enabled":false,"conditionalUIAvailable":false,"rpId":null}""", (await api.CallAsync("GET", Path + "/capability")).IsOk().Text);
            (await api.CallAsync("POST", Path + "/authenticate/options")).IsRefused(404, "PASSKEY_NOT_ENABLED");
            var token = (await api.NewSessionAsync())["accessToken"];
            (await api.CallAsync("GET", Path, null, token)).IsRefused(404, "PASSKEY_NOT_ENABLED");
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    static async Task<Answer> StepUpAsync(Browser browser, SoftwareAuthenticator authenticator, Browser asking)
    {
        var asked = (await asking.PostAsync(Path + "/authenticate/options", new { stepUp = true })).IsOk();
        var passkey = new { challengeId = asked["challengeId"], credential = authenticator.Get(asked.Body.GetProperty("options")) };
        return await browser.PostAsync("/api/v1/auth/step-up", new { passkey });
    }
}
