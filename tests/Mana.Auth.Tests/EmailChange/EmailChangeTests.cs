using System.Net;

namespace Mana.Auth.Tests.EmailChange;

public sealed class EmailChangeTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string App = "http://localhost:5173";

    [Fact]
    public async Task Scenario_43_the_address_changes_with_the_link_at_the_new_one_and_the_old_one_is_told()
    {
        var (old, id) = await world.PersonAsync();
        var wanted = AuthApi.NewEmail();
        var token = (await world.Api.LoginAsync(old)).IsOk()["accessToken"];
        var answer = (await world.Api.PostAsync("change-email", new { newEmail = " " + wanted.ToUpperInvariant(), callbackURL = App }, token)).IsOk();
        Assert.True(answer.Body.GetProperty("success").GetBoolean());

        Assert.Equal(old, await AddressAsync(id));
        Assert.Equal(wanted, Assert.Single(await world.MailsAsync(old, "email-change-notice")).Values!["newAddress"]);
        var link = await world.LinkAsync(wanted, "email-change-confirm", "confirmLink");
        (await world.Api.LoginAsync(old)).IsOk();

        var confirmed = await world.OpenAsync(link);
        Assert.Equal($"{App}/login?verified=true&email={Uri.EscapeDataString(wanted)}", confirmed.Headers.Location?.OriginalString);
        Assert.Equal(wanted, await AddressAsync(id));
        Assert.Contains("error=INVALID_TOKEN", (await world.OpenAsync(link)).Headers.Location?.OriginalString, StringComparison.Ordinal);
        (await world.Api.LoginAsync(wanted)).IsOk();
        (await world.Api.LoginAsync(old)).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Single(await world.MailsAsync(old, "email-changed"));
        Assert.Single(await world.MailsAsync(wanted, "email-changed"));
        var events = await world.SecurityAsync(id);
        Assert.Contains("email_change_requested", events);
        Assert.Contains("email_changed", events);
        Assert.Contains("auth.email_verified", await world.Events.NamesOfUserAsync(id));
    }

    [Fact]
    public async Task An_address_that_is_taken_gets_the_same_answer_and_no_mail()
    {
        var (old, id) = await world.PersonAsync();
        var (taken, _) = await world.PersonAsync();
        await world.MailsAsync(taken);
        var token = (await world.Api.LoginAsync(old)).IsOk()["accessToken"];
        var free = (await world.Api.PostAsync("change-email", new { newEmail = AuthApi.NewEmail() }, token)).IsOk();
        Assert.Equal(free.Text, (await world.Api.PostAsync("change-email", new { newEmail = taken }, token)).IsOk().Text);
        Assert.Equal(2, (await world.MailsAsync(old, "email-change-notice")).Count);
        Assert.Empty(await world.MailsAsync(taken, "email-change-confirm"));
        Assert.Equal(old, await AddressAsync(id));
    }

    [Fact]
    public async Task Who_took_the_address_in_the_meantime_keeps_it()
    {
        var (old, id) = await world.PersonAsync();
        var wanted = AuthApi.NewEmail();
        var token = (await world.Api.LoginAsync(old)).IsOk()["accessToken"];
        (await world.Api.PostAsync("change-email", new { newEmail = wanted }, token)).IsOk();
        var link = await world.LinkAsync(wanted, "email-change-confirm", "confirmLink");
        (await world.Api.RegisterAsync(wanted)).IsOk();
        Assert.Contains("error=INVALID_TOKEN", (await world.OpenAsync(link)).Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Equal(old, await AddressAsync(id));
    }

    [Fact]
    public async Task The_first_address_takes_back_even_two_changes_and_everybody_is_signed_out()
    {
        var (old, id) = await world.PersonAsync();
        var (second, third) = (AuthApi.NewEmail(), AuthApi.NewEmail());
        var login = await world.Api.LoginAsync(old);
        await ChangeAsync(second, login["accessToken"]!);
        var revert = await world.LinkAsync(old, "email-change-notice", "revertLink");
        await ChangeAsync(third, login["accessToken"]!);
        Assert.Equal(third, await AddressAsync(id));

        // A machine that follows the link changes nothing; only the button does.
        world.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        using var http = world.Host.CreateClient();
        using var page = await http.GetAsync(new Uri(revert, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("<form method=\"post\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("form-action 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(third, await AddressAsync(id));

        using var done = await http.PostAsync(new Uri("/api/auth/revert-email", UriKind.Relative), new FormUrlEncodedContent([new("token", revert.Split("token=")[1])]));
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal(old, await AddressAsync(id));
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", id));
        (await world.Api.LoginAsync(old)).IsRefused(401, "INVALID_CREDENTIALS");
        using var again = await http.PostAsync(new Uri("/api/auth/revert-email", UriKind.Relative), new FormUrlEncodedContent([new("token", revert.Split("token=")[1])]));
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
    }

    [Fact]
    public async Task Taking_it_back_leaves_the_intruder_no_way_in_and_the_owner_one_by_mail()
    {
        const string Passkey = "INSERT INTO auth.passkeys (id, user_id, credential_id, public_key, user_handle, counter, device_type, backed_up, transports, name, aaguid, created_at) VALUES ($2, $1, $2, '\\x01', '\\x02', 0, 'singleDevice', false, '{}', 'key', gen_random_uuid(), $3)";
        const string Key = "INSERT INTO auth.api_keys (id, user_id, name, key_prefix, key_hash, created_at) VALUES ($2, $1, 'k', '01234567', $2, $3)";
        var (old, id) = await world.PersonAsync();
        await world.RunAsync(Passkey, id, "own-" + id, world.Clock.GetUtcNow());
        await world.RunAsync(Key, id, "own-" + id, world.Clock.GetUtcNow());
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var stranger = await world.Api.LoginAsync(old);
        await ChangeAsync(AuthApi.NewEmail(), stranger["accessToken"]!);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.RunAsync(Passkey, id, "theirs-" + id, world.Clock.GetUtcNow());
        await world.RunAsync(Key, id, "theirs-" + id, world.Clock.GetUtcNow());
        await world.RunAsync("INSERT INTO auth.two_factor (id, user_id, secret_encrypted, created_at, confirmed_at) VALUES ('t-' || $1, $1, '\\x01', $2, $2)", id, world.Clock.GetUtcNow());
        await world.RunAsync("UPDATE auth.users SET two_factor_enabled = true WHERE id = $1", id);

        var revert = await world.LinkAsync(old, "email-change-notice", "revertLink");
        using var http = world.Host.CreateClient();
        using var done = await http.PostAsync(new Uri("/api/auth/revert-email", UriKind.Relative), new FormUrlEncodedContent([new("token", revert.Split("token=")[1])]));
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);

        (await world.Api.LoginAsync(old)).IsRefused(401, "INVALID_CREDENTIALS");
        (await world.Api.RefreshAsync(stranger["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        Assert.Equal(["own-" + id], await world.ListAsync("SELECT id FROM auth.passkeys WHERE user_id = $1", id));
        Assert.Equal(["own-" + id], await world.ListAsync("SELECT id FROM auth.api_keys WHERE user_id = $1 AND revoked_at IS NULL", id));
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.two_factor WHERE user_id = $1", id));
        var reset = (await world.LinkAsync(old, "reset-password", "resetLink")).Split("/reset-password/")[1].Split('?')[0];
        (await world.Api.PostAsync("reset-password", new { token = reset, newPassword = "Neues-Pferd-77" })).IsOk();
        (await world.Api.LoginAsync(old, "Neues-Pferd-77")).IsOk();
    }

    [Fact]
    public async Task Both_addresses_hear_of_it_in_the_language_of_whoever_asked()
    {
        foreach (var language in (string[])["en", "de"])
        {
            var (old, _) = await world.PersonAsync();
            var wanted = AuthApi.NewEmail();
            var token = (await world.Api.LoginAsync(old)).IsOk()["accessToken"];
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/change-email") { Content = System.Net.Http.Json.JsonContent.Create(new { newEmail = wanted }) };
            request.Headers.Add("Accept-Language", language);
            (await world.Api.SendAsync(request, token)).IsOk();
            Assert.Equal(302, (await world.OpenAsync(await world.LinkAsync(wanted, "email-change-confirm", "confirmLink"))).Status);
            foreach (var recipient in (string[])[old, wanted])
                Assert.Equal(language, Assert.Single(await world.MailsAsync(recipient, "email-changed")).Locale);
        }
    }

    [Fact]
    public async Task Reverting_before_the_change_keeps_it_from_happening()
    {
        var (old, id) = await world.PersonAsync();
        var wanted = AuthApi.NewEmail();
        var token = (await world.Api.LoginAsync(old)).IsOk()["accessToken"];
        (await world.Api.PostAsync("change-email", new { newEmail = wanted }, token)).IsOk();
        var confirm = await world.LinkAsync(wanted, "email-change-confirm", "confirmLink");
        var revert = await world.LinkAsync(old, "email-change-notice", "revertLink");
        using var http = world.Host.CreateClient();
        using var done = await http.PostAsync(new Uri("/api/auth/revert-email", UriKind.Relative), new FormUrlEncodedContent([new("token", revert.Split("token=")[1])]));
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Contains("error=INVALID_TOKEN", (await world.OpenAsync(confirm)).Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Equal(old, await AddressAsync(id));
    }

    [Fact]
    public async Task An_old_session_needs_the_password()
    {
        var (old, _) = await world.PersonAsync();
        var login = await world.Api.LoginAsync(old);
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        var token = (await world.Api.RefreshAsync(login["refreshToken"])).IsOk()["accessToken"];
        (await world.Api.PostAsync("change-email", new { newEmail = AuthApi.NewEmail() }, token)).IsRefused(403, "STEP_UP_REQUIRED");
        (await world.Api.PostAsync("change-email", new { newEmail = AuthApi.NewEmail(), password = "Falsches-Pferd-9" }, token)).IsRefused(401, "INVALID_CREDENTIALS");
        (await world.Api.PostAsync("change-email", new { newEmail = AuthApi.NewEmail(), password = AuthApi.Password }, token)).IsOk();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no address")]
    [InlineData("a@b")]
    public async Task What_is_no_address_is_refused(string? wanted)
    {
        var (old, _) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(old)).IsOk()["accessToken"];
        (await world.Api.PostAsync("change-email", new { newEmail = wanted }, token)).IsRefused(400, "VALIDATION");
    }

    async Task ChangeAsync(string to, string token)
    {
        (await world.Api.PostAsync("change-email", new { newEmail = to }, token)).IsOk();
        Assert.Equal(302, (await world.OpenAsync(await world.LinkAsync(to, "email-change-confirm", "confirmLink"))).Status);
    }

    async Task<string?> AddressAsync(string id) => (string?)await world.RunAsync("SELECT email FROM auth.users WHERE id = $1 AND email = email_normalized", id);
}
