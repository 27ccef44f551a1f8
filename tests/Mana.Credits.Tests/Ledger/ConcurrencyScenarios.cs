using Mana.Credits.Contracts;

namespace Mana.Credits.Tests.Ledger;

/// <summary>commerce.md 17, scenarios 19–21, and issue 6: many at once on one account.</summary>
public sealed class ConcurrencyScenarios(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    [Fact]
    public async Task Sixty_four_parallel_debits_with_room_for_ten_are_ten()
    {
        var person = await fixture.PersonAsync(10);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => person.UseAsync(1)));
        Assert.Equal(10, answers.Count(answer => (int)answer.Status == 200));
        Assert.Equal(54, answers.Count(answer => (int)answer.Status == 402));
        Assert.Equal((0, 10_000), ((await fixture.BalanceAsync(person)).Available.Milli, (await fixture.BalanceAsync(person)).TotalSpent.Milli));
        Assert.Equal(11, await fixture.LinesAsync(person));
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_19_fifty_at_once_with_one_key_are_one_debit()
    {
        var person = await fixture.PersonAsync(100);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => person.UseAsync(5, key: "one")));
        Assert.Single(answers.Select(answer => answer.Ok().String("transaction", "id")).Distinct());
        Assert.Equal(95_000, (await fixture.BalanceAsync(person)).Available.Milli);
        Assert.Equal(2, await fixture.LinesAsync(person));
    }

    [Fact]
    public async Task Scenario_20_two_hundred_debits_on_a_hundred_credits()
    {
        var person = await fixture.PersonAsync(100);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => person.UseAsync(1)));
        Assert.Equal((100, 100), (answers.Count(answer => (int)answer.Status == 200), answers.Count(answer => (int)answer.Status == 402)));
        Assert.Equal(new BalanceView(default, default, CreditAmount.OfCredits(100), CreditAmount.OfCredits(100), 101), await fixture.BalanceAsync(person));
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_21_debits_and_refunds_side_by_side_add_up()
    {
        var person = await fixture.PersonAsync(1000);
        await Task.WhenAll(Enumerable.Range(0, 100).SelectMany(i => (Task<PostingResult>[])
        [
            fixture.Ledger.DebitAsync(new(person.UserId, new(1000 + i), "chat", "x"), default),
            fixture.Ledger.RefundAsync(new(person.UserId, new(500 + i), "chat", "x", $"r{i}"), default),
        ]));
        Assert.Equal(1_000_000 - (100 * 500), (await fixture.BalanceAsync(person)).Available.Milli);
        Assert.Equal(201, await fixture.ScalarAsync<long>(
            "SELECT max(p.seq) FROM credits.postings p JOIN credits.accounts a ON a.id = p.account_id WHERE a.owner_id = $1 AND a.kind = 'available' HAVING max(p.seq) = count(*)", person.UserId));
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Batches_that_meet_do_not_deadlock_and_each_key_is_booked_once()
    {
        var people = Enumerable.Range(0, 20).Select(_ => fixture.NewId()).ToList();
        IssueCommand Command(string user, int key) => new(user, new(10), CreditSource.Plan, $"sub:{user}:{key}", "stripe", "plan");
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            fixture.Issuance.IssueManyAsync([.. (i % 2 == 0 ? people : Enumerable.Reverse(people)).Select(user => Command(user, i / 2))], default)));
        Assert.Equal(8 * 20, results.SelectMany(all => all).Count(result => result is PostingResult.Posted { Replayed: false }));
        Assert.Equal(8 * 20, results.SelectMany(all => all).Count(result => result is PostingResult.Posted { Replayed: true }));
        foreach (var user in people)
            Assert.Equal(80, (await fixture.Ledger.GetBalanceAsync(user, default)).Available.Milli);
        await fixture.IsSoundAsync();
    }
}
