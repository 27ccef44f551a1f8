namespace Mana.Auth.Tests.Recovery;

public sealed class PasswordResetTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string App = "http://localhost:5173";
    const string New = "Neues-Pferd-2026";

    [Fact]
    public async Task Scenario_39_every_wish_gets_one_answer_and_only_an_account_gets_a_mail()
    {
        var (email, id) = await world.PersonAsync();
        var unknown = AuthApi.NewEmail();
        foreach (var body in (string[])[$$"""{"email":"{{email}}"}""", $$"""{"email":"{{unknown}}"}""", """{"email":"no address"}""", """{"email":7}""", "{", "", "null", "[]"])
            Assert.Equal("""{"success":true}""", (await world.Api.SendRawAsync("forgot-password", body)).IsOk().Text);

        Assert.Single(await world.MailsAsync(email, "reset-password"));
        Assert.Empty(await world.MailsAsync(unknown));
        Assert.Contains("password_reset_requested", await world.SecurityAsync(id));
    }

    [Theory]
    [InlineData(App, App + "/reset-password")]
    [InlineData(App + "/", App + "/reset-password")]
    [InlineData(App + "/konto/neu?x=1", App + "/konto/neu?x=1")]
    [InlineData("https://evil.example", App + "/reset-password")]
    [InlineData(null, App + "/reset-password")]
    public async Task The_link_leads_to_the_page_that_asks_for_the_password(string? redirectTo, string page)
    {
        var (email, _) = await world.PersonAsync();
        var link = await LinkAsync(email, redirectTo);
        var answer = await world.OpenAsync(link);
        Assert.Equal(302, answer.Status);
        Assert.Equal($"{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}token={Token(link)}", answer.Headers.Location?.OriginalString);
        // Looking does not use it up: mail scanners do nothing else.
        Assert.Equal(answer.Headers.Location, (await world.OpenAsync(link)).Headers.Location);
    }

    [Fact]
    public async Task Scenario_40_a_reset_ends_every_session_and_its_token_works_once()
    {
        var (email, id) = await world.PersonAsync();
        var logins = new[] { await world.Api.LoginAsync(email), await world.Api.LoginAsync(email) };
        for (var failure = 0; failure < 5; failure++)
            await world.Api.LoginAsync(email, "Falsches-Pferd-9");
        (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
        var token = Token(await LinkAsync(email));

        (await world.Api.PostAsync("reset-password", new { token, newPassword = New })).IsOk();

        foreach (var login in logins)
        {
            (await world.Api.RefreshAsync(login["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
            Assert.Equal("null", (await world.Api.SessionAsync(login["accessToken"])).Text);
        }

        (await world.Api.PostAsync("reset-password", new { token, newPassword = "Noch-ein-Pferd-1" })).IsRefused(400, "TOKEN_INVALID");
        (await world.Api.LoginAsync(email)).IsRefused(401, "INVALID_CREDENTIALS");
        (await world.Api.LoginAsync(email, New)).IsOk();
        Assert.Single(await world.MailsAsync(email, "password-changed"));
        var events = await world.SecurityAsync(id);
        Assert.Contains("password_reset_completed", events);
        Assert.Contains("account_unlocked", events);
        Assert.Equal(2L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_reason = 'password_reset'", id));
        Assert.Equal($"{App}/reset-password?error=INVALID_TOKEN", (await world.OpenAsync("/api/auth/reset-password/" + token)).Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Scenario_40_parallel_uses_of_one_token_change_the_password_once()
    {
        var (email, _) = await world.PersonAsync();
        var token = Token(await LinkAsync(email));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => world.Api.PostAsync("reset-password", new { token, newPassword = $"Neues-Pferd-{number}-xyz" })));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsRefused(400, "TOKEN_INVALID"));
    }

    [Theory]
    [InlineData("kurz")]
    [InlineData("password1")]
    [InlineData(null)]
    public async Task Scenario_41_a_weak_password_leaves_the_token_good(string? weak)
    {
        var (email, _) = await world.PersonAsync();
        var token = Token(await LinkAsync(email));
        (await world.Api.PostAsync("reset-password", new { token, newPassword = weak })).IsRefused(400, "WEAK_PASSWORD");
        (await world.Api.PostAsync("reset-password", new { token, newPassword = New })).IsOk();
    }

    [Fact]
    public async Task Tokens_that_are_unknown_old_or_for_something_else_open_nothing()
    {
        var email = AuthApi.NewEmail();
        await world.Api.RegisterAsync(email);
        var other = (await world.LinkAsync(email, "verify-address", "verifyLink")).Split("token=")[1].Split('&')[0];
        var older = Token(await LinkAsync(email));
        var token = Token(await LinkAsync(email));
        foreach (var bad in (string?[])[null, "", "x", new string('A', 43), other, older])
            (await world.Api.PostAsync("reset-password", new { token = bad, newPassword = New })).IsRefused(400, "TOKEN_INVALID");
        world.Clock.Advance(TimeSpan.FromHours(1));
        (await world.Api.PostAsync("reset-password", new { token, newPassword = New })).IsRefused(400, "TOKEN_INVALID");
    }

    [Fact]
    public async Task A_reset_proves_the_address()
    {
        var email = AuthApi.NewEmail();
        var id = (await world.Api.RegisterAsync(email)).IsOk()["user", "id"]!;
        (await world.Api.PostAsync("reset-password", new { token = Token(await LinkAsync(email)), newPassword = New })).IsOk();
        (await world.Api.LoginAsync(email, New)).IsOk();
        Assert.Contains("auth.email_verified", await world.Events.NamesOfUserAsync(id));
    }

    [Fact]
    public async Task An_account_that_nobody_had_verified_keeps_nothing_of_whoever_registered_it()
    {
        var (verified, kept) = await world.PersonAsync();
        var email = AuthApi.NewEmail();
        var id = (await world.Api.RegisterAsync(email)).IsOk()["user", "id"]!;
        foreach (var owner in (string[])[id, kept])
        {
            await world.RunAsync("INSERT INTO auth.passkeys (id, user_id, credential_id, public_key, counter, device_type, backed_up, transports, name, aaguid, created_at) VALUES ($1, $1, $1, '', 0, 'singleDevice', false, '', '', '', now())", owner);
            await world.RunAsync("INSERT INTO auth.api_keys (id, user_id, name, key_prefix, key_hash) VALUES ($1, $1, 'k', '01234567', $1)", owner);
            await world.RunAsync("INSERT INTO auth.two_factor (id, user_id, secret_encrypted, created_at, confirmed_at) VALUES ($1, $1, '\\x01', now(), now())", owner);
            await world.RunAsync("UPDATE auth.users SET two_factor_enabled = true WHERE id = $1", owner);
        }

        (await world.Api.PostAsync("reset-password", new { token = Token(await LinkAsync(email)), newPassword = New })).IsOk();
        (await world.Api.PostAsync("reset-password", new { token = Token(await LinkAsync(verified)), newPassword = New })).IsOk();

        const string Left = "SELECT (SELECT count(*) FROM auth.passkeys WHERE user_id = $1) || ',' || (SELECT count(*) FROM auth.api_keys WHERE user_id = $1 AND revoked_at IS NULL) || ',' || (SELECT count(*) FROM auth.two_factor WHERE user_id = $1)";
        Assert.Equal("0,0,0", await world.RunAsync(Left, id));
        Assert.Equal("1,1,1", await world.RunAsync(Left, kept));
        (await world.Api.LoginAsync(email, New)).IsOk();
    }

    [Fact]
    public async Task Three_links_an_hour_are_enough_for_an_address()
    {
        var (email, _) = await world.PersonAsync();
        for (var wish = 0; wish < 6; wish++)
            (await world.Api.PostAsync("forgot-password", new { email })).IsOk();
        Assert.Equal(3, (await world.MailsAsync(email, "reset-password")).Count);
    }

    [Fact]
    public async Task A_sign_in_whose_password_was_reset_while_it_was_verified_starts_no_session()
    {
        var (email, id) = await world.PersonAsync();
        await using var rival = await Rival.BeginAsync(world.Database, "UPDATE auth.users SET security_stamp = 'another' WHERE id = $1", id);
        (await rival.CommitBeforeAsync(world.Api.LoginAsync(email))).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1", id));
    }

    async Task<string> LinkAsync(string email, string? redirectTo = null)
    {
        // Mails of one instant have no order.
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        (await world.Api.PostAsync("forgot-password", new { email, redirectTo })).IsOk();
        return await world.LinkAsync(email, "reset-password", "resetLink");
    }

    static string Token(string link) => link.Split("/reset-password/")[1].Split('?')[0];
}
