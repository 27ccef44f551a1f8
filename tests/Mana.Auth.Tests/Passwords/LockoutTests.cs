using System.Globalization;
using Mana.Auth.Passwords;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Passwords;

public sealed class LockoutTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string Wrong = "Falsches-Pferd-9";

    [Fact]
    public async Task Scenario_18_after_five_failures_even_the_right_password_is_refused()
    {
        var (email, id) = await world.PersonAsync();
        await FailAsync(email, 5);
        world.Clock.Advance(TimeSpan.FromSeconds(1));

        var locked = (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
        var seconds = locked.Body.GetProperty("retryAfterSec").GetInt32();
        Assert.Equal(1799, seconds);
        Assert.Equal(seconds.ToString(CultureInfo.InvariantCulture), locked.Headers.RetryAfter?.ToString());
        Assert.Equal(5, (await world.SecurityAsync(id)).Count(type => type == "login_failure"));
        Assert.Single(await world.SecurityAsync(id), type => type == "account_locked");
    }

    [Fact]
    public async Task Scenario_19_case_and_path_make_no_difference()
    {
        var (email, _) = await world.PersonAsync();
        await FailAsync(email, 2);
        await FailAsync(email.ToUpperInvariant(), 1);
        for (var failure = 0; failure < 2; failure++)
            Assert.Equal("INVALID_EMAIL_OR_PASSWORD", (await NativeAsync("  " + email, Wrong))["code"]);

        (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
        var native = await NativeAsync(email.ToUpperInvariant(), AuthApi.Password);
        Assert.Equal((429, "ACCOUNT_LOCKED"), (native.Status, native["code"]));
        Assert.Equal("1800", native.Headers.RetryAfter?.ToString());
    }

    [Fact]
    public async Task Scenario_20_after_thirty_minutes_it_opens_and_success_clears_the_count()
    {
        var (email, _) = await world.PersonAsync();
        await FailAsync(email, 5);
        world.Clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromMilliseconds(1));
        (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
        world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await world.Api.LoginAsync(email)).IsOk();
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.login_attempts WHERE email_normalized = $1", email));

        await FailAsync(email, 4);
        (await world.Api.LoginAsync(email)).IsOk();
        await FailAsync(email, 4);
        (await world.Api.LoginAsync(email)).IsOk();
    }

    [Fact]
    public async Task Failures_older_than_fifteen_minutes_do_not_count()
    {
        var (email, _) = await world.PersonAsync();
        await FailAsync(email, 4);
        world.Clock.Advance(TimeSpan.FromMinutes(15));
        await FailAsync(email, 4);
        (await world.Api.LoginAsync(email)).IsOk();
    }

    [Fact]
    public async Task Scenario_21_of_twenty_parallel_wrong_guesses_five_are_evaluated()
    {
        var (email, id) = await world.PersonAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => world.Api.LoginAsync(email, Wrong)));

        Assert.Equal(5, answers.Count(answer => answer.Status == 401));
        Assert.Equal(15, answers.Count(answer => answer.Status == 429));
        Assert.Equal(5, (await world.SecurityAsync(id)).Count(type => type == "login_failure"));
        (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task Guesses_under_way_on_other_hosts_take_their_share_before_they_are_evaluated()
    {
        var limit = world.Host.Services.GetRequiredService<GuessLimit>();
        var (email, _) = await world.PersonAsync();
        var elsewhere = new GuessSource("network:unknown", true);
        var entered = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => limit.EnterAsync(email, elsewhere, "password", null, GuessLimit.MostByStrangers, default)));
        Assert.Equal(5, entered.Count(permit => permit is GuessPermit.Granted));

        // Nobody knows yet whether those were wrong, so this is no lock; and a host that died does not hold them for ever.
        (await world.Api.LoginAsync(email)).IsRefused(429, "RATE_LIMITED");
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        (await world.Api.LoginAsync(email)).IsOk();
    }

    [Fact]
    public async Task Parallel_good_sign_ins_do_not_disturb_each_other()
    {
        var (email, _) = await world.PersonAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => world.Api.LoginAsync(email)));
        Assert.All(answers, answer => answer.IsOk());
        Assert.Equal(20, answers.Select(answer => answer["refreshToken"]).Distinct().Count());
    }

    [Fact]
    public async Task An_address_without_an_account_is_locked_alike()
    {
        var stranger = AuthApi.NewEmail();
        var (email, _) = await world.PersonAsync();
        var first = await world.Api.LoginAsync(stranger, Wrong);
        Assert.Equal((await world.Api.LoginAsync(email, Wrong)).Text, first.Text);
        await FailAsync(stranger, 4);
        await FailAsync(email, 4);
        Assert.Equal((await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED").Text, (await world.Api.LoginAsync(stranger)).Text);
    }

    [Fact]
    public async Task The_guess_that_locks_does_the_same_whether_there_is_an_account_or_not()
    {
        var (email, _) = await world.PersonAsync();
        var stranger = AuthApi.NewEmail();
        foreach (var address in (string[])[email, stranger])
        {
            await FailAsync(address, 4);
            await world.Host.DrainAsync();
            var (noted, spent) = (await NotedAsync(), await SpentAsync());
            await FailAsync(address, 1);
            // One event, whose handler looks whether there is an account; nothing that only an account has.
            Assert.Equal(noted + 1, await NotedAsync());
            await world.Host.DrainAsync();
            Assert.Equal(spent + (address == email ? 1 : 0), await SpentAsync());
        }

        Assert.Single(await world.MailsAsync(email, "account-locked"));
        Assert.Empty(await world.MailsAsync(stranger));

        async Task<long> NotedAsync() => (long)(await world.RunAsync("SELECT count(*) FROM public.event_log WHERE type = 'auth.address_requested'"))!;
        async Task<long> SpentAsync() => (long)(await world.RunAsync("SELECT count(*) FROM auth.mail_allowances WHERE kind = 'account-locked'"))!;
    }

    [Fact]
    public async Task The_owner_hears_of_the_first_lock_of_a_day()
    {
        var (email, _) = await world.PersonAsync();
        await FailAsync(email, 5);
        world.Clock.Advance(TimeSpan.FromMinutes(31));
        await FailAsync(email, 5);
        var mail = Assert.Single(await world.MailsAsync(email, "account-locked"));
        Assert.StartsWith("http", mail.Values!["resetLink"], StringComparison.Ordinal);

        world.Clock.Advance(TimeSpan.FromDays(1));
        await FailAsync(email, 5);
        Assert.Equal(2, (await world.MailsAsync(email, "account-locked")).Count);
    }

    [Fact]
    public async Task Changing_and_confirming_a_password_share_the_count_of_signing_in()
    {
        var (email, _) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        await FailAsync(email, 2);
        for (var failure = 0; failure < 2; failure++)
            (await world.Api.PostAsync("change-password", new { currentPassword = Wrong, newPassword = "Neues-Pferd-2026" }, token)).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Equal("INVALID_PASSWORD", (await world.Api.CallAsync("POST", "/api/auth/verify-password", new { password = Wrong }, token))["code"]);

        (await world.Api.PostAsync("change-password", new { currentPassword = AuthApi.Password, newPassword = "Neues-Pferd-2026" }, token)).IsRefused(429, "ACCOUNT_LOCKED");
        Assert.Equal(429, (await world.Api.CallAsync("POST", "/api/auth/verify-password", new { password = AuthApi.Password }, token)).Status);
        (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task Attempts_are_kept_for_thirty_days()
    {
        var (email, _) = await world.PersonAsync();
        await FailAsync(email, 1);
        var retention = ActivatorUtilities.CreateInstance<Retention>(world.Host.Services);
        world.Clock.Advance(TimeSpan.FromDays(29));
        await retention.PurgeAsync(default);
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.login_attempts WHERE email_normalized = $1", email));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await retention.PurgeAsync(default);
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.login_attempts WHERE email_normalized = $1", email));
    }

    Task<Answer> NativeAsync(string email, string password) => world.Api.CallAsync("POST", "/api/auth/sign-in/email", new { email, password });

    async Task FailAsync(string email, int times)
    {
        for (var failure = 0; failure < times; failure++)
            (await world.Api.LoginAsync(email, Wrong)).IsRefused(401, "INVALID_CREDENTIALS");
    }
}
