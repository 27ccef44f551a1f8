namespace Mana.Auth.Tests.Recovery;

public sealed class PasswordChangeTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string New = "Neues-Pferd-2026";

    [Fact]
    public async Task Scenario_42_with_Bearer_it_changes_and_ends_the_other_sessions()
    {
        var (email, id) = await world.PersonAsync();
        var (own, other) = (await world.Api.LoginAsync(email), await world.Api.LoginAsync(email));
        var token = own["accessToken"];
        (await world.Api.PostAsync("change-password", new { currentPassword = "Falsches-Pferd-9", newPassword = New }, token)).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Equal("""{"success":true}""", (await world.Api.PostAsync("change-password", new { currentPassword = AuthApi.Password, newPassword = New }, token)).IsOk().Text);

        (await world.Api.RefreshAsync(own["refreshToken"])).IsOk();
        (await world.Api.RefreshAsync(other["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        (await world.Api.LoginAsync(email)).IsRefused(401, "INVALID_CREDENTIALS");
        (await world.Api.LoginAsync(email, New)).IsOk();
        Assert.Single(await world.MailsAsync(email, "password-changed"));
        var events = await world.SecurityAsync(id);
        Assert.Contains("password_changed", events);
        Assert.Contains("password_change_failed", events);
        Assert.Single(events, type => type == "login_failure");
    }

    [Fact]
    public async Task The_other_sessions_stay_when_that_is_asked_for()
    {
        var (email, _) = await world.PersonAsync();
        var (own, other) = (await world.Api.LoginAsync(email), await world.Api.LoginAsync(email));
        (await world.Api.PostAsync("change-password", new { currentPassword = AuthApi.Password, newPassword = New, revokeOtherSessions = false }, own["accessToken"])).IsOk();
        (await world.Api.RefreshAsync(other["refreshToken"])).IsOk();
    }

    [Theory]
    [InlineData("kurz", "WEAK_PASSWORD")]
    [InlineData("password1", "WEAK_PASSWORD")]
    [InlineData(null, "VALIDATION")]
    public async Task A_bad_new_password_is_refused_and_the_old_one_stays(string? wanted, string code)
    {
        var (email, _) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        (await world.Api.PostAsync("change-password", new { currentPassword = AuthApi.Password, newPassword = wanted }, token)).IsRefused(400, code);
        (await world.Api.LoginAsync(email)).IsOk();
    }

    [Fact]
    public async Task Without_a_live_session_nothing_changes()
    {
        var (email, _) = await world.PersonAsync();
        var login = await world.Api.LoginAsync(email);
        var body = new { currentPassword = AuthApi.Password, newPassword = New };
        Assert.Equal(401, (await world.Api.PostAsync("change-password", body)).Status);
        await world.Api.PostAsync("logout", new { refreshToken = login["refreshToken"] });
        Assert.Equal(401, (await world.Api.PostAsync("change-password", body, login["accessToken"])).Status);
        (await world.Api.LoginAsync(email)).IsOk();
    }

    [Fact]
    public async Task The_native_route_answers_in_its_own_words()
    {
        var (email, id) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        var wrong = await world.Api.CallAsync("POST", "/api/auth/change-password", new { currentPassword = "Falsches-Pferd-9", newPassword = New }, token);
        Assert.Equal((400, "INVALID_PASSWORD"), (wrong.Status, wrong["code"]));
        var weak = await world.Api.CallAsync("POST", "/api/auth/change-password", new { currentPassword = AuthApi.Password, newPassword = "kurz" }, token);
        Assert.Equal((400, "PASSWORD_TOO_SHORT"), (weak.Status, weak["code"]));
        var done = await world.Api.CallAsync("POST", "/api/auth/change-password", new { currentPassword = AuthApi.Password, newPassword = New }, token);
        Assert.Equal(id, done.IsOk()["user", "id"]);
    }

    [Fact]
    public async Task Proving_the_password_makes_an_old_session_good_for_what_needs_a_recent_one()
    {
        var (email, id) = await world.PersonAsync();
        var login = await world.Api.LoginAsync(email);
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        var token = (await world.Api.RefreshAsync(login["refreshToken"])).IsOk()["accessToken"];
        var wish = new { newEmail = AuthApi.NewEmail() };
        (await world.Api.PostAsync("change-email", wish, token)).IsRefused(403, "STEP_UP_REQUIRED");
        (await world.Api.CallAsync("POST", "/api/auth/verify-password", new { password = AuthApi.Password }, token)).IsOk();
        (await world.Api.PostAsync("change-email", wish, token)).IsOk();
        Assert.Contains("step_up_completed", await world.SecurityAsync(id));
    }
}
