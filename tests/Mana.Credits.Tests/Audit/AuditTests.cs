using Mana.Credits.Audit;
using Mana.Credits.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Audit;

/// <summary>commerce.md 17, scenario 149: what was tampered with is found, told and held. Each test breaks a database of its own.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    readonly CreditsFixture _world = new();

    public ValueTask InitializeAsync() => _world.InitializeAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    LedgerAuditor Auditor => _world.Host.Services.GetRequiredService<LedgerAuditor>();

    /// <summary>As nobody can who is not a superuser.</summary>
    Task TamperAsync(string sql) => _world.ScalarAsync<object>($"SET session_replication_role = replica; {sql}");

    async Task<Caller> BusyAsync()
    {
        var person = await _world.PersonAsync(100);
        for (var i = 0; i < 5; i++)
            (await person.UseAsync(5)).Ok();
        await _world.Ledger.ReserveAsync(new(person.UserId, CreditAmount.OfCredits(10), "r"), default);
        await _world.IsSoundAsync();
        return person;
    }

    [Theory]
    [InlineData("UPDATE credits.postings SET amount = amount + 1000, balance_after = balance_after + 1000 WHERE seq = 3", "hash chain broken", true)]
    [InlineData("DELETE FROM credits.postings WHERE seq = 2", "gap in the sequence", true)]
    [InlineData("UPDATE credits.entries SET occurred_at = occurred_at - interval '1 day' WHERE line = 2", "hash chain broken", true)]
    [InlineData("UPDATE credits.entries SET amount = amount - 1 WHERE line = 2", "says what its postings do not", true)]
    [InlineData("UPDATE credits.accounts SET balance = balance + 1000, total_earned = total_earned + 1000 WHERE kind = 'available'", "balance is not the sum of the postings", true)]
    [InlineData("UPDATE credits.reservations SET amount = amount + 1", "held is not the sum of the open reservations", false)]
    [InlineData("UPDATE credits.accounts SET balance = balance + 1 WHERE kind = 'usage_revenue'", "all accounts add up to 1", false)]
    public async Task Scenario_149_tampering_is_found_and_the_account_frozen(string tamper, string finding, bool full)
    {
        var person = await BusyAsync();
        await TamperAsync(tamper);
        var problems = await Auditor.RunAsync(full, default);
        Assert.Contains(problems, problem => problem.Contains(finding, StringComparison.Ordinal));
        Assert.Contains($"credits_ledger_imbalance {problems.Count}", await _world.Host.CreateClient().GetStringAsync("/metrics"), StringComparison.Ordinal);
        if (!finding.StartsWith("all accounts", StringComparison.Ordinal))
            (await person.UseAsync(1)).Refused(409, "account_frozen");
        // What comes in is not refused.
        await _world.FundAsync(person.UserId, 1);
    }

    [Fact]
    public async Task A_gift_whose_escrow_is_not_what_is_promised_holds_the_account_of_who_made_it()
    {
        var person = await BusyAsync();
        (await person.PostAsync("gifts", new { totalCredits = 10 })).Ok(201);
        await _world.IsSoundAsync();
        await TamperAsync("UPDATE credits.gift_codes SET total = total + 1000");
        Assert.Contains(await Auditor.RunAsync(full: false, default), problem => problem.Contains("escrow is not what is promised", StringComparison.Ordinal));
        (await person.UseAsync(1)).Refused(409, "account_frozen");
    }

    [Fact]
    public async Task What_was_held_before_may_still_be_taken_or_given_back()
    {
        var person = await _world.PersonAsync(100);
        var (taken, back) = (await HeldAsync(), await HeldAsync());
        await _world.ScalarAsync<object>("SELECT credits.set_frozen(id, now()) FROM credits.accounts WHERE owner_id = $1 AND kind = 'available'", person.UserId);
        (await _world.Service().PostAsync("internal/credits/reserve", new { userId = person.UserId, amount = 1, reason = "r" })).Refused(409, "account_frozen");
        (await _world.Service().PostAsync("internal/credits/commit", new { reservationId = taken })).Ok();
        (await _world.Service().PostAsync("internal/credits/refund-reservation", new { reservationId = back })).Ok();
        Assert.Equal((90_000, 0), ((await _world.BalanceAsync(person)).Available.Milli, (await _world.BalanceAsync(person)).Reserved.Milli));

        async Task<string> HeldAsync() => (await _world.Service().PostAsync("internal/credits/reserve", new { userId = person.UserId, amount = 10, reason = "r" })).Ok().String("reservationId")!;
    }

    [Fact]
    public async Task The_hourly_audit_looks_at_what_is_new()
    {
        var person = await BusyAsync();
        await Auditor.RunAsync(full: false, default);
        (await person.UseAsync(5)).Ok();
        await TamperAsync("UPDATE credits.postings SET amount = amount + 1000 WHERE seq = (SELECT max(seq) FROM credits.postings)");
        Assert.NotEmpty(await Auditor.RunAsync(full: false, default));
        Assert.Equal(1, await _world.ScalarAsync<long>("SELECT count(*) FROM credits.ledger_audits WHERE problems <> '{}'"));
    }

    [Fact]
    public async Task An_administrator_lets_it_go_on()
    {
        var (admin, person) = (await _world.AdminAsync(), await BusyAsync());
        await TamperAsync("UPDATE credits.reservations SET amount = amount + 1");
        await Auditor.RunAsync(full: false, default);
        await TamperAsync("UPDATE credits.reservations SET amount = amount - 1");
        (await person.PostAsync($"admin/credits/{person.UserId}/unfreeze")).Refused(403);
        (await admin.PostAsync($"admin/credits/{person.UserId}/unfreeze")).Ok();
        (await person.UseAsync(1)).Ok();
        await _world.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_149_the_metrics_have_their_names()
    {
        var person = await BusyAsync();
        await person.UseAsync(1, key: "k");
        await person.UseAsync(1, key: "k");
        var metrics = await _world.Host.CreateClient().GetStringAsync("/metrics");
        foreach (var name in (string[])
                 [
                     "credits_operations_total", "credits_operation_duration_seconds", "credits_amount_total", "credits_reservations_open", "credits_reservations_open_amount",
                     "credits_ledger_imbalance", "credits_negative_accounts", "credits_idempotent_replays_total",
                 ])
            Assert.Contains($"\n{name}", metrics, StringComparison.Ordinal);
        Assert.Contains("credits_ledger_imbalance 0", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_posting_behind_a_balance_is_listed_and_they_add_up()
    {
        var person = await BusyAsync();
        var first = (await person.GetAsync("credits/explain?limit=4")).Ok();
        Assert.True(first["adds"].GetBoolean());
        var (available, postings) = (first["available"], new List<System.Text.Json.JsonElement>());
        Assert.Equal((65m, 65m, 7), (available.GetProperty("balance").GetDecimal(), available.GetProperty("sum").GetDecimal(), available.GetProperty("postingsCount").GetInt32()));
        postings.AddRange(available.GetProperty("postings").EnumerateArray());
        postings.AddRange((await person.GetAsync($"credits/explain?after={available.GetProperty("nextAfter").GetInt64()}")).Ok()["available"].GetProperty("postings").EnumerateArray());
        Assert.Equal(65m, postings.Sum(posting => posting.GetProperty("amount").GetDecimal()));
        Assert.Equal(Enumerable.Range(1, 7).Select(seq => (long)seq), postings.Select(posting => posting.GetProperty("seq").GetInt64()));
        Assert.Equal(["purchase", "use", "use", "use", "use", "use", "reserve"], postings.Select(posting => posting.GetProperty("kind").GetString()));
        await TamperAsync("UPDATE credits.postings SET amount = amount - 1000 WHERE seq = 2");
        Assert.False((await person.GetAsync("credits/explain")).Ok()["adds"].GetBoolean());
        (await person.GetAsync("credits/explain?after=x")).Refused(400);
    }
}
