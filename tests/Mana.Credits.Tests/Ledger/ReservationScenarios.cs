using Mana.Credits.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Ledger;

/// <summary>commerce.md 17, scenarios 27–36.</summary>
public sealed class ReservationScenarios(ClockedFixture fixture) : IClassFixture<ClockedFixture>
{
    const string Reason = "research:serper:search";

    Task<Answer> ReserveAsync(Caller person, object amount, object? more = null) =>
        fixture.Service().PostAsync("internal/credits/reserve", more ?? new { userId = person.UserId, amount, reason = Reason });

    async Task<string> HeldAsync(Caller person, int amount) => (await ReserveAsync(person, amount)).Ok().String("reservationId")!;

    Task<Answer> CommitAsync(string id, object? amount = null) => fixture.Service().PostAsync("internal/credits/commit", new { reservationId = id, amount });

    Task<Answer> ReleaseAsync(string id) => fixture.Service().PostAsync("internal/credits/refund-reservation", new { reservationId = id });

    [Fact]
    public async Task Scenario_27_a_reservation_holds_and_shows_no_line()
    {
        var person = await fixture.PersonAsync(100);
        Assert.Equal(70, (await ReserveAsync(person, 30)).Ok().Number("balance"));
        var balance = await fixture.BalanceAsync(person);
        Assert.Equal((70_000, 30_000, 100_000, 0), (balance.Available.Milli, balance.Reserved.Milli, balance.TotalEarned.Milli, balance.TotalSpent.Milli));
        Assert.Equal(1, await fixture.LinesAsync(person));
        var withHolds = (await person.GetAsync("credits/transactions?include=holds")).Ok().Body;
        Assert.Equal((2, -30m), (withHolds.GetArrayLength(), withHolds[0].GetProperty("amount").GetDecimal()));
    }

    [Fact]
    public async Task Scenario_28_a_commit_writes_the_line()
    {
        var person = await fixture.PersonAsync(100);
        var id = await HeldAsync(person, 30);
        var transaction = (await CommitAsync(id)).Ok().String("transactionId");
        var line = (await person.GetAsync("credits/transactions?limit=1")).Body[0];
        Assert.Equal((transaction, -30m, 100m, 70m), (line.GetProperty("id").GetString(), line.GetProperty("amount").GetDecimal(), line.GetProperty("balanceBefore").GetDecimal(), line.GetProperty("balanceAfter").GetDecimal()));
        Assert.Equal((id, "research", Reason), (line.GetProperty("metadata").GetProperty("reservationId").GetString(), line.GetProperty("appId").GetString(), line.GetProperty("description").GetString()));
        Assert.Equal(30_000, (await fixture.BalanceAsync(person)).TotalSpent.Milli);
    }

    [Fact]
    public async Task Scenario_29_a_second_commit_is_told_the_first_and_a_refund_is_refused()
    {
        var person = await fixture.PersonAsync(100);
        var id = await HeldAsync(person, 30);
        var first = (await CommitAsync(id)).Ok();
        var second = (await CommitAsync(id)).Ok();
        Assert.Equal(first.String("transactionId"), second.String("transactionId"));
        Assert.True(second["replayed"].GetBoolean());
        (await ReleaseAsync(id)).Refused(400, "invalid_state", "Cannot refund reservation in status: committed");
        Assert.Equal((70_000, 30_000), ((await fixture.BalanceAsync(person)).Available.Milli, (await fixture.BalanceAsync(person)).TotalSpent.Milli));
    }

    [Fact]
    public async Task Scenario_30_a_release_gives_everything_back()
    {
        var person = await fixture.PersonAsync(100);
        var id = await HeldAsync(person, 30);
        Assert.Equal("""{"success":true,"balance":100}""", (await ReleaseAsync(id)).Ok().Text);
        Assert.True((await ReleaseAsync(id)).Ok()["replayed"].GetBoolean());
        (await CommitAsync(id)).Refused(400, "invalid_state", "Cannot commit reservation in status: refunded");
        Assert.Equal(1, await fixture.LinesAsync(person));
    }

    [Fact]
    public async Task Scenario_31_bad_reservations_are_refused()
    {
        (await CommitAsync(Guid.NewGuid().ToString())).Refused(404, message: "Reservation not found");
        (await CommitAsync("abc")).Refused(400);
        var person = await fixture.PersonAsync(100);
        (await ReserveAsync(person, 1.5)).Refused(400);
        (await ReserveAsync(person, 0)).Refused(400);
        (await ReserveAsync(person, 1, new { userId = person.UserId, amount = 1, reason = new string('r', 201) })).Refused(400);
        (await ReserveAsync(person, 1, new { userId = person.UserId, amount = 1, reason = "r", ttlSeconds = 59 })).Refused(400);
    }

    [Fact]
    public async Task Scenario_32_what_is_held_cannot_be_held_again()
    {
        var person = await fixture.PersonAsync(100);
        await HeldAsync(person, 80);
        Assert.Equal(20, (await ReserveAsync(person, 30)).Refused(402).Number("details", "available"));
        (await person.UseAsync(21)).Refused(402);
    }

    [Fact]
    public async Task Scenario_33_parallel_commits_of_two_lose_nothing()
    {
        var person = await fixture.PersonAsync(100);
        var (one, two) = (await HeldAsync(person, 10), await HeldAsync(person, 15));
        await Task.WhenAll(CommitAsync(one), CommitAsync(two));
        Assert.Equal(25_000, (await fixture.BalanceAsync(person)).TotalSpent.Milli);
    }

    [Fact]
    public async Task Scenario_34_of_a_commit_and_a_release_at_once_one_wins()
    {
        var person = await fixture.PersonAsync(1000);
        for (var i = 0; i < 20; i++)
        {
            var id = await HeldAsync(person, 10);
            var answers = await Task.WhenAll(CommitAsync(id), ReleaseAsync(id), CommitAsync(id), ReleaseAsync(id));
            var (commits, releases) = ((int)answers[0].Status + (int)answers[2].Status, (int)answers[1].Status + (int)answers[3].Status);
            Assert.True((commits, releases) is (400, 800) or (800, 400), $"{commits} {releases}");
        }

        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_35_a_part_can_be_taken()
    {
        var person = await fixture.PersonAsync(100);
        var id = await HeldAsync(person, 30);
        (await CommitAsync(id, 30.5)).Refused(400);
        (await CommitAsync(id, 12)).Ok();
        var balance = await fixture.BalanceAsync(person);
        Assert.Equal((88_000, 0, 12_000), (balance.Available.Milli, balance.Reserved.Milli, balance.TotalSpent.Milli));
        Assert.Equal(("committed", 12m), ((await StateAsync(id)).String("status"), (await StateAsync(id)).Number("captured")));
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_36_a_day_later_the_hold_has_ended()
    {
        var person = await fixture.PersonAsync(100);
        var id = await HeldAsync(person, 30);
        fixture.Clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        var job = fixture.Host.Services.CreateScope().ServiceProvider.GetRequiredService<ReservationExpiry>();
        await Task.WhenAll(job.RunAsync(default), job.RunAsync(default));
        Assert.Equal("expired", (await StateAsync(id)).String("status"));
        Assert.Equal((100_000, 0), ((await fixture.BalanceAsync(person)).Available.Milli, (await fixture.BalanceAsync(person)).Reserved.Milli));
        (await CommitAsync(id)).Refused(400, "invalid_state", "Cannot commit reservation in status: expired");
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task A_repeated_key_holds_once()
    {
        var person = await fixture.PersonAsync(100);
        var body = new { userId = person.UserId, amount = 10, reason = "r", idempotencyKey = "k" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ReserveAsync(person, 10, body)));
        Assert.Single(answers.Select(answer => answer.Ok().String("reservationId")).Distinct());
        Assert.Equal(10_000, (await fixture.BalanceAsync(person)).Reserved.Milli);
    }

    Task<Answer> StateAsync(string id) => fixture.Service().GetAsync("internal/credits/reservations/" + id);
}
