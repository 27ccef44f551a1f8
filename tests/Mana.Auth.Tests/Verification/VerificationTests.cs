namespace Mana.Auth.Tests.Verification;

public sealed class VerificationTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string App = "http://localhost:5173";

    [Fact]
    public async Task Scenario_10_the_link_verifies_once_leads_to_the_app_and_signs_nobody_in()
    {
        var (email, id) = await NewcomerAsync(App);
        var link = await world.LinkAsync(email, "verify-address", "verifyLink");

        var first = await world.OpenAsync(link);
        Assert.Equal((302, $"{App}/login?verified=true&email={Uri.EscapeDataString(email)}"), (first.Status, first.Headers.Location?.OriginalString));
        Assert.False(first.Headers.Contains("Set-Cookie"));
        Assert.Equal("no-referrer", first.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal(true, await world.RunAsync("SELECT email_verified FROM auth.users WHERE id = $1", id));
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1", id));
        Assert.Equal(["register", "email_verified"], await world.SecurityAsync(id));

        var second = await world.OpenAsync(link);
        Assert.Equal((302, $"{App}/login?error=INVALID_TOKEN"), (second.Status, second.Headers.Location?.OriginalString));
        Assert.Single(await world.Events.NamesOfUserAsync(id), name => name == "auth.email_verified");
        (await world.Api.LoginAsync(email)).IsOk();
    }

    [Fact]
    public async Task Scenario_10_parallel_clicks_verify_once()
    {
        var (email, id) = await NewcomerAsync(App);
        var link = await world.LinkAsync(email, "verify-address", "verifyLink");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.OpenAsync(link)));
        Assert.Single(answers, answer => answer.Headers.Location!.OriginalString.Contains("verified=true", StringComparison.Ordinal));
        Assert.Single(await world.Events.NamesOfUserAsync(id), name => name == "auth.email_verified");
    }

    [Fact]
    public async Task Scenario_11_after_a_day_the_link_has_expired()
    {
        var (early, late) = ((await NewcomerAsync(App)).Email, (await NewcomerAsync(App)).Email);
        var (good, old) = (await world.LinkAsync(early, "verify-address", "verifyLink"), await world.LinkAsync(late, "verify-address", "verifyLink"));
        world.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Contains("verified=true", (await world.OpenAsync(good)).Headers.Location?.OriginalString, StringComparison.Ordinal);
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal($"{App}/login?error=TOKEN_EXPIRED", (await world.OpenAsync(old)).Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://localhost:5173.evil.example")]
    public async Task Scenario_11_a_callback_on_strange_ground_is_refused_and_the_token_kept(string callback)
    {
        var (email, id) = await NewcomerAsync(App);
        var token = Token(await world.LinkAsync(email, "verify-address", "verifyLink"));
        foreach (var path in (string[])[$"/api/auth/verify-email?token={token}&callbackURL=", $"/api/auth/reset-password/{token}?callbackURL="])
        {
            var refused = await world.OpenAsync(path + Uri.EscapeDataString(callback));
            Assert.Equal((403, "INVALID_CALLBACK_URL"), (refused.Status, refused["code"]));
        }

        Assert.Equal(false, await world.RunAsync("SELECT email_verified FROM auth.users WHERE id = $1", id));
    }

    [Fact]
    public async Task Without_a_callback_the_answer_is_JSON()
    {
        var (email, _) = await NewcomerAsync(App);
        var token = Token(await world.LinkAsync(email, "verify-address", "verifyLink"));
        var done = (await world.OpenAsync("/api/auth/verify-email?token=" + token)).IsOk();
        Assert.True(done.Body.GetProperty("status").GetBoolean());
        Assert.True(done.Body.GetProperty("user").GetProperty("emailVerified").GetBoolean());
        var again = await world.OpenAsync("/api/auth/verify-email?token=" + token);
        Assert.Equal((401, "INVALID_TOKEN"), (again.Status, again["code"]));
        Assert.Equal(401, (await world.OpenAsync("/api/auth/verify-email")).Status);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData(null)]
    public async Task A_registration_from_elsewhere_ends_at_the_default_app(string? source)
    {
        var (email, _) = await NewcomerAsync(source);
        var done = await world.OpenAsync(await world.LinkAsync(email, "verify-address", "verifyLink"));
        Assert.StartsWith(App + "/login?verified=true", done.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_12_resending_answers_alike_and_only_the_unverified_get_a_mail()
    {
        var (unverified, _) = await NewcomerAsync(App);
        var (verified, _) = await world.PersonAsync();
        var unknown = AuthApi.NewEmail();
        foreach (var email in (string[])[unverified, verified, unknown, "no address"])
            Assert.Equal("""{"success":true}""", (await world.Api.PostAsync("resend-verification", new { email })).IsOk().Text);

        Assert.Equal(2, (await world.MailsAsync(unverified)).Count);
        Assert.Single(await world.MailsAsync(verified));
        Assert.Empty(await world.MailsAsync(unknown));
    }

    [Fact]
    public async Task A_newer_link_voids_the_older_and_three_an_hour_are_enough()
    {
        var (email, _) = await NewcomerAsync(App);
        var first = await world.LinkAsync(email, "verify-address", "verifyLink");
        var second = await ResentAsync(email);
        Assert.Contains("error=INVALID_TOKEN", (await world.OpenAsync(first)).Headers.Location?.OriginalString, StringComparison.Ordinal);
        for (var more = 0; more < 4; more++)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            await world.Api.PostAsync("resend-verification", new { email, sourceAppUrl = App });
            await world.MailsAsync(email);
        }

        Assert.Equal(4, (await world.MailsAsync(email)).Count);
        Assert.Contains("error=INVALID_TOKEN", (await world.OpenAsync(second)).Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Contains("verified=true", (await world.OpenAsync(await world.LinkAsync(email, "verify-address", "verifyLink"))).Headers.Location?.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_16_an_unverified_address_is_only_told_to_who_knows_the_password_with_a_link_once_an_hour()
    {
        var (email, id) = await NewcomerAsync(App);
        (await world.Api.LoginAsync(email, "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Single(await world.MailsAsync(email));

        for (var time = 0; time < 3; time++)
            (await world.Api.LoginAsync(email)).IsRefused(403, "EMAIL_NOT_VERIFIED");
        Assert.Equal("1|0", await world.RunAsync(
            "SELECT (SELECT count(*) FROM auth.login_attempts WHERE email_normalized = $1) || '|' || (SELECT count(*) FROM auth.sessions WHERE user_id = $2)", email, id));
        Assert.Equal(2, (await world.MailsAsync(email)).Count);
        Assert.Equal(["register", "login_failure", "email_verification_resent", "login_failure", "login_failure", "login_failure"], await world.SecurityAsync(id));

        world.Clock.Advance(TimeSpan.FromHours(1));
        (await world.Api.LoginAsync(email)).IsRefused(403, "EMAIL_NOT_VERIFIED");
        Assert.Equal(3, (await world.MailsAsync(email)).Count);
    }

    async Task<string> ResentAsync(string email)
    {
        // Mails of one instant have no order.
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        (await world.Api.PostAsync("resend-verification", new { email, sourceAppUrl = App })).IsOk();
        return await world.LinkAsync(email, "verify-address", "verifyLink");
    }

    async Task<(string Email, string Id)> NewcomerAsync(string? source)
    {
        var email = AuthApi.NewEmail();
        return (email, (await world.Api.PostAsync("register", new { email, password = AuthApi.Password, sourceAppUrl = source })).IsOk()["user", "id"]!);
    }

    static string Token(string link) => link.Split("token=")[1].Split('&')[0];
}
