using Mana.Auth.Tests.Cookies;
using Mana.Auth.Tests.Passkeys;
using Mana.Auth.Tests.TwoFactor;

namespace Mana.Auth.Tests.Admin;

/// <summary>The ways in without a password alone: shut with the account; and the operator's help for who has lost their second factor.</summary>
public sealed class BlockedWaysTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string MagicLink = "/api/auth/sign-in/magic-link";

    [Fact]
    public async Task A_passkey_opens_no_blocked_account()
    {
        var person = await PasskeyPerson.NewAsync(world);
        var authenticator = new SoftwareAuthenticator();
        (await person.RegisterAsync(authenticator)).IsOk();
        await ActAsync("POST", person.Id, "block");
        authenticator.Counter++;
        (await person.SignInAsync(authenticator)).IsRefused(403, "ACCOUNT_BLOCKED");
        Assert.Equal("null", (await person.Browser.GetAsync("/api/v1/auth/session")).Text);
        // Not theirs: the usual words.
        (await person.SignInAsync(new SoftwareAuthenticator())).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        await ActAsync("POST", person.Id, "unblock");
        authenticator.Counter++;
        (await person.SignInAsync(authenticator)).IsOk();
    }

    [Fact]
    public async Task A_mailed_link_opens_no_blocked_account()
    {
        var (email, id) = await world.PersonAsync();
        await ActAsync("POST", id, "block");
        var known = await world.Api.CallAsync("POST", MagicLink, new { email });
        Assert.Equal(known.Text, (await world.Api.CallAsync("POST", MagicLink, new { email = AuthApi.NewEmail() })).IsOk().Text);
        var token = (await world.LinkAsync(email, "magic-link", "signInLink")).Split("token=")[1].Split('&')[0];
        using var http = world.Host.CreateClient();
        using var form = new FormUrlEncodedContent([new("token", Uri.UnescapeDataString(token))]);
        using var answer = await http.PostAsync(new Uri("/api/auth/magic-link/verify", UriKind.Relative), form);
        Assert.EndsWith("?error=ACCOUNT_BLOCKED", answer.Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1", id));
    }

    [Fact]
    public async Task A_sign_in_that_waited_for_its_second_factor_is_over()
    {
        var person = await Enrolled.NewAsync(world);
        var (browser, _) = await person.BeginAsync();
        await ActAsync("POST", person.Id, "block");
        Assert.NotEqual(200, (await browser.PostAsync("/api/auth/two-factor/verify-totp", new { code = person.NextCode() })).Status);
        (await new Browser(world.Host).LoginAsync(person.Email)).IsRefused(403, "ACCOUNT_BLOCKED");
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", person.Id));
    }

    [Fact]
    public async Task A_lost_second_factor_is_removed_and_everybody_begins_again()
    {
        var person = await Enrolled.NewAsync(world);
        var (trusted, _) = await person.BeginAsync();
        (await trusted.PostAsync("/api/auth/two-factor/verify-totp", new { code = person.NextCode(), trustDevice = true })).IsOk();
        await ActAsync("DELETE", person.Id, "second-factor");
        Assert.Equal("null", (await person.Browser.GetAsync("/api/v1/auth/session")).Text);
        Assert.Equal("null", (await trusted.GetAsync("/api/v1/auth/session")).Text);
        Assert.Single(await world.MailsAsync(person.Email, "two-factor-disabled"));
        var events = await world.SecurityAsync(person.Id);
        Assert.Contains("two_factor_disabled", events);
        Assert.Contains("admin_action", events);
        foreach (var table in (string[])["two_factor", "two_factor_backup_codes", "trusted_devices"])
            Assert.Equal(0L, await world.RunAsync($"SELECT count(*) FROM auth.{table} WHERE user_id = $1", person.Id));

        // The password is still asked for, and is enough now.
        (await world.Api.LoginAsync(person.Email, "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.True((await world.Api.LoginAsync(person.Email)).IsOk().Body.TryGetProperty("accessToken", out _));
        var again = await DeedAsync("DELETE", person.Id, "second-factor");
        Assert.Equal((409, "TWO_FACTOR_NOT_ENABLED"), (again.Status, again["code"]));
    }

    async Task ActAsync(string method, string userId, string deed) => (await DeedAsync(method, userId, deed)).IsOk();

    async Task<Answer> DeedAsync(string method, string userId, string deed)
    {
        var (admin, id) = await world.PersonAsync();
        await world.RunAsync("UPDATE auth.users SET role = 'admin' WHERE id = $1", id);
        return await world.Api.CallAsync(method, $"/api/v1/admin/users/{userId}/{deed}", bearer: (await world.Api.LoginAsync(admin)).IsOk()["accessToken"]);
    }
}
