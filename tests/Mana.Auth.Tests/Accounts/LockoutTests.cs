using System.Globalization;
using Mana.Testing;

namespace Mana.Auth.Tests.Accounts;

public sealed class LockoutTests : IAsyncLifetime
{
    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    readonly string _email = AuthApi.NewEmail();
    string _database = "";
    TestHost _host = null!;
    AuthApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _host = await new TestHost(_database).With(_clock).StartAsync();
        _api = new AuthApi(_host);
        await _api.RegisterAsync(_email);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Scenario_18_and_19_after_five_failures_in_any_spelling_even_the_right_password_is_refused()
    {
        for (var failure = 0; failure < 5; failure++)
            (await _api.LoginAsync(failure % 2 == 0 ? _email : _email.ToUpperInvariant(), "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");
        _clock.Advance(TimeSpan.FromSeconds(1));

        var locked = (await _api.LoginAsync(_email)).IsRefused(429, "ACCOUNT_LOCKED");
        var seconds = locked.Body.GetProperty("retryAfterSec").GetInt32();
        Assert.Equal(1799, seconds);
        Assert.Equal(seconds.ToString(CultureInfo.InvariantCulture), locked.Headers.RetryAfter?.ToString());
    }

    [Fact]
    public async Task Scenario_20_after_thirty_minutes_it_opens_and_success_clears_the_count()
    {
        await FailAsync(5);
        _clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromMilliseconds(1));
        (await _api.LoginAsync(_email)).IsRefused(429, "ACCOUNT_LOCKED");
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        (await _api.LoginAsync(_email)).IsOk();

        await FailAsync(4);
        (await _api.LoginAsync(_email)).IsOk();
        await FailAsync(4);
        (await _api.LoginAsync(_email)).IsOk();
    }

    [Fact]
    public async Task Parallel_failures_are_all_counted()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _api.LoginAsync(_email, "Falsches-Pferd-9")));

        Assert.Equal(5, answers.Count(answer => answer.Status == 401));
        Assert.Equal(15, answers.Count(answer => answer.Status == 429));
        (await _api.LoginAsync(_email)).IsRefused(429, "ACCOUNT_LOCKED");
    }

    [Theory]
    [InlineData(AuthApi.Password)]
    [InlineData("Falsches-Pferd-9")]
    public async Task A_guess_that_was_under_way_when_the_lock_fell_learns_nothing(string guess)
    {
        await using var rival = await Rival.BeginAsync(_database, "UPDATE auth.users SET lockout_end = '2026-11-20T12:30:00Z' WHERE email = $1", _email);
        var answer = await rival.CommitBeforeAsync(_api.LoginAsync(_email, guess));
        Assert.Equal(1800, answer.IsRefused(429, "ACCOUNT_LOCKED").Body.GetProperty("retryAfterSec").GetInt32());
    }

    [Fact]
    public async Task Parallel_good_sign_ins_do_not_disturb_each_other()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _api.LoginAsync(_email)));
        Assert.All(answers, answer => answer.IsOk());
        Assert.Equal(20, answers.Select(answer => answer["refreshToken"]).Distinct().Count());
    }

    async Task FailAsync(int times)
    {
        for (var failure = 0; failure < times; failure++)
            (await _api.LoginAsync(_email, "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");
    }
}
