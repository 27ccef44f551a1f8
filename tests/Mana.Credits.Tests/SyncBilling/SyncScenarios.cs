using System.Text.Json;
using Mana.Credits.SyncBilling;
using Mana.Sync.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.SyncBilling;

/// <summary>commerce.md 17, scenarios 78–94. Every test has a clock of its own, so that dates are those of the specification.</summary>
public sealed class SyncScenarios : IAsyncLifetime
{
    readonly ClockedFixture _world = new();

    public ValueTask InitializeAsync() => _world.InitializeAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    SyncRenewals Renewals => _world.Host.Services.GetRequiredService<SyncRenewals>();

    static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 10, 0, 0, TimeSpan.Zero);

    void GoTo(DateTimeOffset moment) => _world.Clock.Advance(moment - _world.Clock.GetUtcNow());

    /// <summary>Tokens end with the clock's days.</summary>
    async Task<Caller> AgainAsync(Caller person) => await _world.PersonAsync(userId: person.UserId);

    static async Task<DateTimeOffset?> NextAsync(Caller person) =>
        (await person.GetAsync("sync/status")).Ok()["nextChargeAt"] is { ValueKind: System.Text.Json.JsonValueKind.String } next ? next.GetDateTimeOffset() : null;

    async Task<Caller> ActiveAsync(decimal credits, string interval = "monthly")
    {
        var person = await _world.MemberAsync(credits);
        (await person.PostAsync("sync/activate", new { interval })).Ok();
        return person;
    }

    [Fact]
    public async Task Scenario_78_without_a_row_sync_is_inactive()
    {
        var status = (await (await _world.PersonAsync()).GetAsync("sync/status")).Ok();
        Assert.StartsWith("""{"active":false,"interval":"monthly","nextChargeAt":null,"pausedAt":null,"gifted":false""", status.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_79_activation_charges_at_once()
    {
        var person = await _world.PersonAsync(100);
        Assert.Equal("""{"success":true,"active":true,"interval":"monthly","nextChargeAt":"2026-02-15T10:00:00.000Z","amountCharged":30}""", (await person.PostAsync("sync/activate", new { })).Ok().Text);
        Assert.Equal(70_000, (await _world.BalanceAsync(person)).Available.Milli);
        var line = (await person.GetAsync("credits/transactions?limit=1")).Body[0];
        Assert.Equal(("usage", "sync", "sync_subscription"), (line.GetProperty("type").GetString(), line.GetProperty("appId").GetString(), line.GetProperty("metadata").GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData("quarterly", 90, 2026, 4)]
    [InlineData("yearly", 360, 2027, 1)]
    public async Task Scenario_80_longer_intervals(string interval, int price, int year, int month)
    {
        var person = await ActiveAsync(1000, interval);
        Assert.Equal(1000 - price, (await _world.BalanceAsync(person)).Available.Milli / 1000);
        Assert.Equal(Day(year, month, 15), await NextAsync(person));
        (await person.PostAsync("sync/change-interval", new { interval = "weekly" })).Refused(400);
    }

    [Fact]
    public async Task Scenario_81_without_enough_credits_nothing_changes()
    {
        var refused = (await (await _world.PersonAsync(29)).PostAsync("sync/activate")).Refused(402, "insufficient_credits");
        Assert.Equal((30m, 29m), (refused.Number("details", "required"), refused.Number("details", "available")));
        var nobody = await _world.PersonAsync();
        (await nobody.PostAsync("sync/activate")).Refused(402);
        Assert.False((await nobody.GetAsync("sync/status"))["active"].GetBoolean());
    }

    [Fact]
    public async Task Scenario_82_a_double_click_pays_once()
    {
        var person = await _world.PersonAsync(100);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => person.PostAsync("sync/activate")));
        Assert.Single(answers, answer => (int)answer.Status == 200);
        Assert.All(answers.Where(answer => (int)answer.Status != 200), answer => answer.Refused(400, message: "Sync is already active"));
        Assert.Equal(70_000, (await _world.BalanceAsync(person)).Available.Milli);

        // Once more with a row that is there already: then nothing but its lock keeps them apart.
        (await person.PostAsync("sync/deactivate")).Ok();
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => person.PostAsync("sync/activate")));
        Assert.Single(answers, answer => (int)answer.Status == 200);
        Assert.Equal(40_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_83_the_anchor_day_is_kept()
    {
        GoTo(Day(2026, 1, 31));
        var person = await ActiveAsync(1000);
        Assert.Equal(Day(2026, 2, 28), await NextAsync(person));
        GoTo(Day(2026, 2, 28));
        await Renewals.ChargeDueAsync(default);
        Assert.Equal(Day(2026, 3, 31), await NextAsync(await AgainAsync(person)));
        Assert.Equal(Day(2029, 2, 28), BillingCalendar.Next(Day(2028, 2, 29), 29, "yearly"));
    }

    [Fact]
    public async Task Scenario_84_a_late_job_does_not_move_the_dates()
    {
        var person = await ActiveAsync(1000);
        GoTo(Day(2026, 2, 15).AddHours(3));
        Assert.Equal(new RenewalSummary(1, 0, 0, 1), await Renewals.ChargeDueAsync(default));
        Assert.Equal(Day(2026, 3, 15), await NextAsync(await AgainAsync(person)));
        Assert.Equal(940_000, (await _world.BalanceAsync(person)).Available.Milli);
        GoTo(Day(2026, 7, 1));
        await Renewals.ChargeDueAsync(default);
        // Months without a host: a new period begins with the charge, and is a whole one.
        Assert.Equal(Day(2026, 8, 1), await NextAsync(await AgainAsync(person)));
        Assert.Equal(910_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task The_catalogue_says_what_sync_costs()
    {
        var person = await _world.MemberAsync(1000);
        await _world.ScalarAsync<object>("INSERT INTO credits.prices (operation, valid_from, cost, unit, category, app) VALUES ('cloud_sync', '2026-01-10Z', 40000, 'month', 'premium', 'general')");
        Assert.Equal(40m, (await person.GetAsync("sync/status")).Ok().Number("price"));
        Assert.Equal(120m, (await person.PostAsync("sync/activate", new { interval = "quarterly" })).Ok().Number("amountCharged"));
        Assert.Equal(880_000, (await _world.BalanceAsync(person)).Available.Milli);
        await _world.ScalarAsync<object>("INSERT INTO credits.prices (operation, valid_from, cost, unit, category, app) VALUES ('cloud_sync', '2026-04-01Z', 10000, 'month', 'premium', 'general')");
        GoTo(Day(2026, 4, 15));
        await Renewals.ChargeDueAsync(default);
        Assert.Equal(850_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_85_two_passes_at_once_share_the_rows()
    {
        var people = new List<Caller>();
        for (var i = 0; i < 100; i++)
        {
            people.Add(await _world.PersonAsync(100));
            await _world.Host.Services.GetRequiredService<SyncSubscriptions>().ActivateAsync(people[i].UserId, "monthly", default);
        }

        GoTo(Day(2026, 2, 15).AddMinutes(1));
        var passes = await Task.WhenAll(Renewals.ChargeDueAsync(default), Renewals.ChargeDueAsync(default));
        Assert.Equal((100, 0), (passes.Sum(pass => pass.Charged), passes.Sum(pass => pass.Errors)));
        foreach (var person in people)
            Assert.Equal(40_000, (await _world.BalanceAsync(person)).Available.Milli);
        await _world.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_86_a_crash_between_debit_and_date_leaves_neither()
    {
        var person = await ActiveAsync(100);
        GoTo(Day(2026, 2, 15).AddMinutes(1));
        // The date cannot be written: the debit before it, in the same transaction, must go with it.
        await _world.ScalarAsync<object>("ALTER TABLE credits.sync_subscriptions ADD CONSTRAINT crash CHECK (next_charge_at <= '2026-02-15T10:00:00Z')");
        Assert.Equal(1, (await Renewals.ChargeDueAsync(default)).Errors);
        Assert.Equal(70_000, (await _world.BalanceAsync(person)).Available.Milli);
        await _world.ScalarAsync<object>("ALTER TABLE credits.sync_subscriptions DROP CONSTRAINT crash");
        await Renewals.ChargeDueAsync(default);
        await Renewals.ChargeDueAsync(default);
        Assert.Equal(40_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_87_three_days_of_grace_then_a_pause_and_one_mail()
    {
        var person = await ActiveAsync(30);
        GoTo(Day(2026, 2, 15).AddMinutes(1));
        for (var pass = 0; pass < 3; pass++)
            await Renewals.ChargeDueAsync(default);
        var status = (await (await AgainAsync(person)).GetAsync("sync/status")).Ok();
        Assert.Equal((true, Day(2026, 2, 18).AddMinutes(1)), (status["active"].GetBoolean(), status["graceUntil"].GetDateTimeOffset()));
        GoTo(Day(2026, 2, 17).AddHours(1));
        for (var pass = 0; pass < 3; pass++)
            await Renewals.ChargeDueAsync(default);
        GoTo(Day(2026, 2, 18).AddMinutes(2));
        Assert.Equal(1, (await Renewals.ChargeDueAsync(default)).Paused);
        await Renewals.ChargeDueAsync(default);
        status = (await (await AgainAsync(person)).GetAsync("sync/status")).Ok();
        Assert.Equal((false, Day(2026, 2, 18).AddMinutes(2)), (status["active"].GetBoolean(), status["pausedAt"].GetDateTimeOffset()));
        await _world.DrainAsync();
        Assert.Equal(2, await _world.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE template = 'sync-grace'"));
        Assert.Equal(1, await _world.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE template = 'sync-paused'"));
    }

    async Task<Caller> PausedAsync()
    {
        var person = await ActiveAsync(30);
        GoTo(Day(2026, 2, 15).AddMinutes(1));
        await Renewals.ChargeDueAsync(default);
        GoTo(Day(2026, 2, 19));
        await Renewals.ChargeDueAsync(default);
        return await AgainAsync(person);
    }

    [Fact]
    public async Task Scenario_88_credits_that_come_in_resume_what_was_paused()
    {
        var person = await PausedAsync();
        Assert.False((await person.GetAsync("sync/status"))["active"].GetBoolean());
        await _world.FundAsync(person.UserId, 50);
        await _world.DrainAsync();
        var status = (await person.GetAsync("sync/status")).Ok();
        Assert.True(status["active"].GetBoolean());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, status["pausedAt"].ValueKind);
        await Renewals.RunAsync(default);
        Assert.Equal(20_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_88_unless_the_person_does_not_want_it()
    {
        var person = await PausedAsync();
        (await person.PostAsync("sync/auto-resume", new { autoResume = false })).Ok();
        await _world.FundAsync(person.UserId, 50);
        await _world.DrainAsync();
        await Renewals.RunAsync(default);
        Assert.False((await person.GetAsync("sync/status"))["active"].GetBoolean());
        Assert.Equal(50_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_89_reactivating_by_hand_pays_a_new_period()
    {
        var person = await PausedAsync();
        (await person.PostAsync("sync/auto-resume", new { autoResume = false })).Ok();
        await _world.FundAsync(person.UserId, 50);
        (await person.PostAsync("sync/activate")).Ok();
        Assert.Equal(Day(2026, 3, 19), await NextAsync(person));
    }

    [Fact]
    public async Task Scenario_90_deactivating_stops_at_once_and_refunds_nothing()
    {
        var person = await ActiveAsync(100);
        Assert.Equal("""{"success":true}""", (await person.PostAsync("sync/deactivate", new { })).Ok().Text);
        Assert.Null(await NextAsync(person));
        (await person.PostAsync("sync/deactivate")).Refused(400, message: "Sync is not active");
        Assert.Equal(70_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_90_or_at_the_end_of_what_is_paid()
    {
        var person = await ActiveAsync(100);
        (await person.PostAsync("sync/deactivate", new { cancelAtPeriodEnd = true })).Ok();
        Assert.True((await person.GetAsync("sync/status"))["active"].GetBoolean());
        GoTo(Day(2026, 2, 15).AddMinutes(1));
        await Renewals.ChargeDueAsync(default);
        Assert.False((await (await AgainAsync(person)).GetAsync("sync/status"))["active"].GetBoolean());
        Assert.Equal(70_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task An_end_that_was_asked_for_can_be_taken_back_and_costs_nothing_twice()
    {
        var person = await ActiveAsync(100);
        (await person.PostAsync("sync/deactivate", new { cancelAtPeriodEnd = true })).Ok();
        var answer = (await person.PostAsync("sync/activate")).Ok();
        Assert.Equal((true, JsonValueKind.Null), (answer["active"].GetBoolean(), answer["amountCharged"].ValueKind));
        Assert.Equal(70_000, (await _world.BalanceAsync(person)).Available.Milli);
        GoTo(Day(2026, 2, 15).AddMinutes(1));
        await Renewals.ChargeDueAsync(default);
        Assert.True((await (await AgainAsync(person)).GetAsync("sync/status"))["active"].GetBoolean());
        Assert.Equal(40_000, (await _world.BalanceAsync(person)).Available.Milli);
        (await (await AgainAsync(person)).PostAsync("sync/activate")).Refused(400);
    }

    [Fact]
    public async Task Scenario_91_another_interval_counts_from_the_next_charge()
    {
        var person = await ActiveAsync(1000);
        var answer = (await person.PostAsync("sync/change-interval", new { interval = "yearly" })).Ok();
        Assert.Equal((360m, Day(2026, 2, 15)), (answer.Number("amountCharged"), answer["effectiveAt"].GetDateTimeOffset()));
        Assert.Equal(970_000, (await _world.BalanceAsync(person)).Available.Milli);
        GoTo(Day(2026, 2, 15));
        await Renewals.ChargeDueAsync(default);
        Assert.Equal(610_000, (await _world.BalanceAsync(person)).Available.Milli);
        Assert.Equal(Day(2027, 2, 15), await NextAsync(await AgainAsync(person)));
        (await (await _world.PersonAsync()).PostAsync("sync/change-interval", new { interval = "yearly" })).Refused(400, message: "Sync is not active");
    }

    [Fact]
    public async Task Scenario_92_a_gift_is_free_and_stays()
    {
        var (admin, person) = (await _world.AdminAsync(), await ActiveAsync(100));
        Assert.Equal($$"""{"success":true,"userId":"{{person.UserId}}","gifted":true,"active":true}""", (await admin.PostAsync($"admin/sync/{person.UserId}/gift")).Ok().Text);
        GoTo(Day(2026, 6, 1));
        Assert.Equal(0, (await Renewals.ChargeDueAsync(default)).Total);
        person = await AgainAsync(person);
        Assert.Null(await NextAsync(person));
        (await person.PostAsync("sync/activate")).Refused(400, message: "Sync is already gifted — no activation needed");
        (await person.PostAsync("sync/deactivate")).Refused(400, message: "Sync is gifted — contact support to revoke");
        (await person.PostAsync("sync/change-interval", new { interval = "yearly" })).Refused(400);
        Assert.Equal(70_000, (await _world.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_93_giving_again_revoking_and_who_may()
    {
        var (admin, person) = (await _world.AdminAsync(), await _world.MemberAsync());
        var path = $"admin/sync/{person.UserId}/gift";
        (await admin.DeleteAsync(path)).Refused(404, message: "No sync subscription found for user");
        (await admin.PostAsync(path)).Ok();
        var given = await _world.ScalarAsync<DateTime>("SELECT gifted_at FROM credits.sync_subscriptions WHERE user_id = $1", person.UserId);
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        (await admin.PostAsync(path)).Ok();
        Assert.Equal(given.AddMinutes(1), await _world.ScalarAsync<DateTime>("SELECT gifted_at FROM credits.sync_subscriptions WHERE user_id = $1", person.UserId));
        (await admin.DeleteAsync(path)).Ok();
        Assert.False((await admin.GetAsync($"admin/sync/{person.UserId}")).Ok()["active"].GetBoolean());
        (await admin.DeleteAsync(path)).Refused(400, message: "Sync is not gifted — nothing to revoke");
        var refused = (await person.PostAsync(path)).Refused(403, "forbidden", "Admin access required");
        Assert.Equal("Forbidden", refused.String("error"));
    }

    [Fact]
    public async Task Scenario_94_the_gate_of_sync_asks_the_ledger_and_hears_of_changes_at_once()
    {
        await using var host = await new TestHost(_world.Database).With(_world.Clock).With("Sync:BillingGate", "ledger").StartAsync();
        var person = await _world.PersonAsync(100);
        var http = await new TokenForge(host).ClientForAsync(person.UserId);
        async Task<int> PullAsync() => (int)(await http.GetAsync("/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00.000Z")).StatusCode;
        Assert.Equal(402, await PullAsync());
        (await person.PostAsync("sync/activate")).Ok();
        await host.DrainAsync();
        await EventuallyAsync(200, PullAsync);
        (await person.PostAsync("sync/deactivate")).Ok();
        await host.DrainAsync();
        await EventuallyAsync(402, PullAsync);
        Assert.False(await host.Services.GetRequiredService<ISyncEntitlement>().IsActiveAsync("nobody", default));
    }

    /// <summary>The news travels from host to host; the clock, and so the answer's age, stands still meanwhile.</summary>
    static async Task EventuallyAsync(int wanted, Func<Task<int>> askAsync)
    {
        var status = 0;
        for (var i = 0; i < 200 && (status = await askAsync()) != wanted; i++)
            await Task.Delay(50);
        Assert.Equal(wanted, status);
    }
}
