namespace Mana.Auth.Tests.Pages;

public sealed class AccountPagesTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    [Fact]
    public async Task From_registration_to_the_account_by_the_mailed_link()
    {
        var email = AuthApi.NewEmail();
        var browser = new Browser(world.Host);
        var sent = await browser.SubmitAsync("/register", "/register", ("name", "Ada"), ("email", email), ("password", AuthApi.Password));
        Assert.Equal(200, sent.Status);
        Assert.Contains("Check your mail", sent.Text, StringComparison.Ordinal);
        var verified = await world.OpenAsync(await world.LinkAsync(email, "verify-address", "verifyLink"));
        Assert.Equal($"http://localhost:3001/login?verified=true&email={Uri.EscapeDataString(email)}", verified.Headers.Location?.OriginalString);
        Assert.Contains("Your address is confirmed", (await browser.OpenAsync(verified.Headers.Location!.PathAndQuery)).Text, StringComparison.Ordinal);
        await browser.SignInAsync(email);
    }

    [Fact]
    public async Task Registering_with_a_taken_address_looks_alike()
    {
        var (taken, _) = await world.PersonAsync();
        var fresh = AuthApi.NewEmail();
        var one = await new Browser(world.Host).SubmitAsync("/register", "/register", ("email", taken), ("password", AuthApi.Password));
        var other = await new Browser(world.Host).SubmitAsync("/register", "/register", ("email", fresh), ("password", AuthApi.Password));
        Assert.Equal(one.Status, other.Status);
        Assert.Equal(one.Text.Replace(taken, "", StringComparison.Ordinal), other.Text.Replace(fresh, "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_weak_password_is_explained_and_nothing_is_stored()
    {
        var email = AuthApi.NewEmail();
        var weak = await new Browser(world.Host).SubmitAsync("/register", "/register", ("email", email), ("password", "passwort"));
        Assert.Equal(400, weak.Status);
        Assert.Contains("password-problem", weak.Html, StringComparison.Ordinal);
        Assert.Contains($"value=\"{email}\"", weak.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("passwort", weak.Html, StringComparison.Ordinal);
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.users WHERE email = $1", email));
    }

    [Fact]
    public async Task A_forgotten_password_is_replaced_by_the_mailed_link()
    {
        var (email, _) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        Assert.Equal(200, (await browser.SubmitAsync("/forgot", "/forgot", ("email", email))).Status);
        var link = await world.OpenAsync(await world.LinkAsync(email, "reset-password", "resetLink"));
        Assert.StartsWith("http://localhost:3001/reset?token=", link.Headers.Location?.OriginalString, StringComparison.Ordinal);
        var page = link.Headers.Location!.PathAndQuery;
        Assert.Equal(400, (await browser.SubmitAsync(page, "/reset", ("password", "short"))).Status);
        Assert.Equal("/login?reset=true", (await browser.SubmitAsync(page, "/reset", ("password", "Neues-Pferd-77"))).Location);
        await browser.SignInAsync(email, "Neues-Pferd-77");
        Assert.Contains("no longer works", (await new Browser(world.Host).OpenAsync(page)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_changes_only_with_the_password()
    {
        var (email, _) = await world.PersonAsync();
        var wanted = AuthApi.NewEmail();
        var browser = await new Browser(world.Host).SignInAsync(email);
        var wrong = await browser.SubmitAsync("/account", "/account/email", ("email", wanted), ("password", "wrong guess 1"));
        Assert.Equal(400, wrong.Status);
        Assert.Empty(await world.MailsAsync(wanted));
        Assert.Equal("/account?done=email", (await browser.SubmitAsync("/account", "/account/email", ("email", wanted), ("password", AuthApi.Password))).Location);
        Assert.Single(await world.MailsAsync(wanted, "email-change-confirm"));
    }

    [Fact]
    public async Task A_new_password_ends_the_other_sessions_and_keeps_this_one()
    {
        var (email, id) = await world.PersonAsync();
        var other = await new Browser(world.Host).SignInAsync(email);
        var browser = await new Browser(world.Host).SignInAsync(email);
        Assert.Equal(400, (await browser.SubmitAsync("/account/security", "/account/password", ("current", "wrong guess 1"), ("new", "Neues-Pferd-77"))).Status);
        Assert.Equal("/account/security?done=password", (await browser.SubmitAsync("/account/security", "/account/password", ("current", AuthApi.Password), ("new", "Neues-Pferd-77"))).Location);
        Assert.Equal(200, (await browser.OpenAsync("/account")).Status);
        Assert.Equal(303, (await other.OpenAsync("/account")).Status);
        Assert.Contains("password_changed", await world.SecurityAsync(id));
    }

    [Fact]
    public async Task One_session_is_ended_from_another_and_nobody_elses()
    {
        var (email, _) = await world.PersonAsync();
        var (strangerEmail, strangerId) = await world.PersonAsync();
        var stranger = await new Browser(world.Host).SignInAsync(strangerEmail);
        var other = await new Browser(world.Host).SignInAsync(email);
        var browser = await new Browser(world.Host).SignInAsync(email);
        var list = await browser.OpenAsync("/account/sessions");
        Assert.Equal(1, list.Html.Split("This device").Length - 1);
        var token = Browser.Hidden(list.Html, "/account/sessions").First(field => field.Name == "__form");
        var foreign = (string)(await world.RunAsync("SELECT id FROM auth.sessions WHERE user_id = $1", strangerId))!;
        await browser.SendFormAsync("/account/sessions", token, ("session", foreign));
        Assert.Equal(200, (await stranger.OpenAsync("/account")).Status);
        await browser.SubmitAsync("/account/sessions", "/account/sessions");
        Assert.Equal(303, (await other.OpenAsync("/account")).Status);
        Assert.Equal(200, (await browser.OpenAsync("/account")).Status);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_revoked_here()
    {
        var (email, id) = await world.PersonAsync();
        var browser = await new Browser(world.Host).SignInAsync(email);
        var made = await browser.SubmitAsync("/account/keys", "/account/keys", ("name", "Speech"), ("scope", "stt"), ("scope", "ocr"));
        Assert.Matches("sk_live_[0-9a-f]{64}", made.Html);
        var list = await browser.OpenAsync("/account/keys");
        Assert.DoesNotContain("sk_live_", list.Html, StringComparison.Ordinal);
        Assert.Equal("""["stt","ocr"]""", await world.RunAsync("SELECT scopes::text FROM auth.api_keys WHERE user_id = $1", id) is string scopes ? scopes.Replace(" ", "", StringComparison.Ordinal) : null);
        Assert.Equal("/account/keys?done=key-revoked", (await browser.SubmitAsync("/account/keys", "/account/keys")).Location);
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.api_keys WHERE user_id = $1 AND revoked_at IS NOT NULL", id));
    }

    [Fact]
    public async Task Confirming_moves_the_proof_and_leads_back_to_pages_of_the_account_only()
    {
        var (email, id) = await world.PersonAsync();
        var browser = await new Browser(world.Host).SignInAsync(email);
        await world.RunAsync("UPDATE auth.sessions SET auth_time = auth_time - interval '1 hour' WHERE user_id = $1", id);
        Assert.Equal(400, (await browser.SubmitAsync("/account/confirm?next=/account/keys", "/account/confirm", ("password", "wrong guess 1"))).Status);
        Assert.Equal("/account/keys", (await browser.SubmitAsync("/account/confirm?next=/account/keys", "/account/confirm", ("password", AuthApi.Password))).Location);
        Assert.Equal(true, await world.RunAsync("SELECT auth_time = $2 FROM auth.sessions WHERE user_id = $1", id, world.Clock.GetUtcNow()));
        foreach (var foreign in (string[])["https://evil.example/", "//evil.example/account/", "/account/../../evil", "/login"])
            Assert.Equal("/account", (await browser.SubmitAsync("/account/confirm?next=" + Uri.EscapeDataString(foreign), "/account/confirm", ("password", AuthApi.Password))).Location);
    }
}
