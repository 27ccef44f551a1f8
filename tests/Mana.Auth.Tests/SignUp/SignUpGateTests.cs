using System.Text.Json;

namespace Mana.Auth.Tests.SignUp;

public sealed class SignUpGateTests
{
    [Fact]
    public async Task Scenario_8_the_third_account_of_a_day_of_two_is_refused_until_midnight_UTC()
    {
        await using var world = await WorldAsync(2);
        (await world.Api.RegisterAsync(AuthApi.NewEmail())).IsOk();
        var taken = AuthApi.NewEmail();
        (await world.Api.RegisterAsync(taken)).IsOk();

        var refused = (await world.Api.RegisterAsync(AuthApi.NewEmail())).IsRefused(429, "SIGNUP_LIMIT_REACHED");
        Assert.Equal("43200", refused.Headers.RetryAfter?.ToString());
        // Who knocks with an address that has an account learns nothing from it.
        Assert.Equal(refused.Text, (await world.Api.RegisterAsync(taken)).Text);
        Assert.Equal("SIGNUP_LIMIT_REACHED", (await world.Api.CallAsync("POST", "/api/auth/sign-up/email", new { email = AuthApi.NewEmail(), password = AuthApi.Password, name = "x" }))["code"]);
        Assert.Equal("""{"registrationOpen":false,"spotsRemaining":0,"totalToday":2,"limit":2,"resetsAt":"2026-11-21T00:00:00.000Z"}""", (await StatusAsync(world)).Text);

        world.Clock.Advance(TimeSpan.FromHours(12));
        Assert.Equal(2, (await StatusAsync(world)).Body.GetProperty("spotsRemaining").GetInt32());
        (await world.Api.RegisterAsync(AuthApi.NewEmail())).IsOk();
    }

    [Fact]
    public async Task Scenario_8_parallel_registrations_do_not_exceed_the_limit()
    {
        await using var world = await WorldAsync(3);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => world.Api.RegisterAsync(AuthApi.NewEmail())));
        Assert.Equal(3, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsRefused(429, "SIGNUP_LIMIT_REACHED"));
        Assert.Equal(3L, await world.RunAsync("SELECT count(*) FROM auth.users"));
        Assert.Equal(3L, await world.RunAsync("SELECT count(*) FROM auth.organizations"));
    }

    [Fact]
    public async Task Scenario_9_without_a_limit_it_counts_what_was_accepted_and_not_what_was_refused()
    {
        await using var world = await WorldAsync(0);
        var email = AuthApi.NewEmail();
        (await world.Api.RegisterAsync(email)).IsOk();
        (await world.Api.RegisterAsync(email)).IsOk();
        (await world.Api.RegisterAsync(AuthApi.NewEmail(), "kurz")).IsRefused(400, "WEAK_PASSWORD");

        var status = await StatusAsync(world);
        Assert.True(status.Body.GetProperty("registrationOpen").GetBoolean());
        Assert.Equal(JsonValueKind.Null, status.Body.GetProperty("spotsRemaining").ValueKind);
        Assert.Equal(2, status.Body.GetProperty("totalToday").GetInt32());
        Assert.Equal(0, status.Body.GetProperty("limit").GetInt32());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task The_figure_does_not_tell_whether_an_address_was_free(int limit)
    {
        await using var world = await WorldAsync(limit);
        var (taken, _) = await world.PersonAsync();
        var before = await StatusAsync(world);
        (await world.Api.RegisterAsync(taken)).IsOk();
        var between = await StatusAsync(world);
        (await world.Api.RegisterAsync(AuthApi.NewEmail())).IsOk();
        var after = await StatusAsync(world);
        Assert.Equal((Step(before, between), 1), (Step(between, after), Step(before, between)));
        if (limit > 0)
            Assert.Equal([9, 8, 7], new[] { before, between, after }.Select(status => status.Body.GetProperty("spotsRemaining").GetInt32()));

        static int Step(Answer one, Answer other) => other.Body.GetProperty("totalToday").GetInt32() - one.Body.GetProperty("totalToday").GetInt32();
    }

    [Fact]
    public async Task Requests_that_make_no_account_take_no_place()
    {
        await using var world = await WorldAsync(2);
        var (taken, _) = await world.PersonAsync();
        for (var request = 0; request < 3; request++)
            (await world.Api.RegisterAsync(taken)).IsOk();
        Assert.Equal("""{"registrationOpen":true,"spotsRemaining":1,"totalToday":4,"limit":2,"resetsAt":"2026-11-21T00:00:00.000Z"}""", (await StatusAsync(world)).Text);
        (await world.Api.RegisterAsync(AuthApi.NewEmail())).IsOk();
        Assert.False((await StatusAsync(world)).Body.GetProperty("registrationOpen").GetBoolean());
        (await world.Api.RegisterAsync(taken)).IsRefused(429, "SIGNUP_LIMIT_REACHED");
        Assert.Equal(2L, await world.RunAsync("SELECT count(*) FROM auth.users"));
    }

    static Task<Answer> StatusAsync(AccountWorld world) => world.Api.CallAsync("GET", "/api/v1/auth/signup-status");

    static async Task<AccountWorld> WorldAsync(int limit)
    {
        var world = new AccountWorld().With("Auth:MaxDailySignups", limit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await world.InitializeAsync();
        return world;
    }
}
