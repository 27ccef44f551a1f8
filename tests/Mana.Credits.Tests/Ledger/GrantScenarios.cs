using Mana.Credits.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Ledger;

/// <summary>commerce.md 17, scenarios 95 and 96, and the budget of 4.6.</summary>
public sealed class GrantScenarios(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    Task<Answer> GrantAsync(string userId, string reference, object? amount = null, string reason = "feedback_submit", string? description = null) =>
        fixture.Service().PostAsync("internal/credits/grant", new { userId, amount = amount ?? 5, reason, referenceId = reference, description });

    [Fact]
    public async Task Scenario_95_a_reference_is_rewarded_once()
    {
        var person = await fixture.PersonAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GrantAsync(person.UserId, "a")));
        Assert.Single(answers, answer => !answer.Ok()["alreadyGranted"].GetBoolean());
        Assert.All(answers, answer => Assert.Equal(5, answer.Number("newBalance")));
        var line = (await person.GetAsync("credits/transactions")).Body[0];
        Assert.Equal(("grant", "community", "Reward: feedback_submit"), (line.GetProperty("type").GetString(), line.GetProperty("appId").GetString(), line.GetProperty("description").GetString()));
        Assert.Equal("a", line.GetProperty("metadata").GetProperty("referenceId").GetString());
        await person.UseAsync(2);
        var again = (await GrantAsync(person.UserId, "a")).Ok();
        Assert.Equal((true, 5m), (again["alreadyGranted"].GetBoolean(), again.Number("newBalance")));
        Assert.Equal((3_000, 5_000), ((await fixture.BalanceAsync(person)).Available.Milli, (await fixture.BalanceAsync(person)).TotalEarned.Milli));
    }

    [Fact]
    public async Task Scenario_96_references_are_of_a_person_and_bad_input_is_refused()
    {
        var (one, two) = (fixture.NewId(), fixture.NewId());
        Assert.False((await GrantAsync(one, "r")).Ok()["alreadyGranted"].GetBoolean());
        Assert.False((await GrantAsync(two, "r")).Ok()["alreadyGranted"].GetBoolean());
        (await GrantAsync(one, "x", 0)).Refused(400);
        (await GrantAsync(one, "x", 1.5)).Refused(400);
        (await GrantAsync(one, "x", reason: new string('r', 65))).Refused(400);
        (await GrantAsync(one, new string('r', 129))).Refused(400);
        (await GrantAsync(one, "x", description: new string('d', 257))).Refused(400);
    }

    [Fact]
    public async Task No_month_gives_more_than_its_budget_and_the_next_begins_at_zero()
    {
        var clock = new FakeClock(new DateTimeOffset(2031, 5, 31, 23, 0, 0, TimeSpan.Zero));
        await using var host = await new TestHost(fixture.Database).With(clock).With("Credits:MonthlyPromoBudget", "12").StartAsync();
        var ledger = host.Services.GetRequiredService<ICreditsLedger>();
        Task<PostingResult> GiveAsync(string reference) => ledger.GrantAsync(new("budget", CreditAmount.OfCredits(5), "r", reference), default);
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => GiveAsync($"r{i}")));
        Assert.Equal(2, results.Count(result => result is PostingResult.Posted));
        Assert.Equal(6, results.Count(result => result is PostingResult.BudgetExhausted));
        Assert.Equal(10_000, (await ledger.GetBalanceAsync("budget", default)).Available.Milli);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.IsType<PostingResult.Posted>(await GiveAsync("next"));
    }

    [Fact]
    public async Task A_new_account_gets_its_welcome_once_when_there_is_one()
    {
        // A database of its own: another host without a welcome would take the event.
        var database = await TestCluster.CreateDatabaseAsync();
        await using var host = await new TestHost(database).With("Credits:WelcomeCredits", "25").StartAsync();
        var person = await host.CreateAccountAsync();
        await host.DrainAsync();
        var ledger = host.Services.GetRequiredService<ICreditsLedger>();
        Assert.Equal(25_000, (await ledger.GetBalanceAsync(person.UserId, default)).Available.Milli);
        var handler = host.Services.CreateScope().ServiceProvider.GetRequiredService<Mana.Credits.Accounts.NewAccounts>();
        await handler.HandleAsync(new(person.UserId, default), new(Guid.NewGuid(), default, 2), default);
        Assert.Equal(25_000, (await ledger.GetBalanceAsync(person.UserId, default)).Available.Milli);
    }

    [Fact]
    public async Task Without_a_welcome_a_new_account_begins_at_zero()
    {
        var person = await fixture.Host.CreateAccountAsync();
        await fixture.Host.DrainAsync();
        Assert.Equal(1, await fixture.ScalarAsync<long>("SELECT count(*) FROM credits.accounts WHERE owner_id = $1 AND kind = 'available' AND balance = 0", person.UserId));
    }
}
