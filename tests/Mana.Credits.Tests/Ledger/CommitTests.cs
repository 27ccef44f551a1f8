using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Npgsql;

namespace Mana.Credits.Tests.Ledger;

/// <summary>
/// What a function returns arrives before the transaction around it is committed. Here a trigger ends the connection at the commit, or keeps it
/// until the caller has hung up; scenario 147 does both at chance moments.
/// </summary>
public sealed class CommitTests(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    [Fact]
    public async Task What_was_not_committed_is_not_acknowledged()
    {
        var (user, ledger) = (fixture.NewId(), fixture.Ledger);
        await fixture.FundAsync(user, 100);
        var held = Assert.IsType<ReservationResult.Reserved>(await ledger.ReserveAsync(new(user, CreditAmount.OfCredits(5), "research:x", "held"), default));
        await AtCommitAsync("PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1)");
        try
        {
            foreach (var call in Calls(ledger, user, held.ReservationId))
                await Assert.ThrowsAnyAsync<NpgsqlException>(() => call(default));
        }
        finally
        {
            await AsBeforeAsync();
        }

        await NothingHappenedAsync(user, held.ReservationId);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_during_the_commit_is_not_told_of_what_was_taken_back()
    {
        var (user, ledger) = (fixture.NewId(), fixture.Ledger);
        await fixture.FundAsync(user, 100);
        var held = Assert.IsType<ReservationResult.Reserved>(await ledger.ReserveAsync(new(user, CreditAmount.OfCredits(5), "research:x", "held"), default));
        await AtCommitAsync("PERFORM pg_sleep(60)");
        try
        {
            foreach (var call in Calls(ledger, user, held.ReservationId))
            {
                using var caller = new CancellationTokenSource();
                var pending = call(caller.Token);
                while (!await fixture.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database())"))
                {
                    Assert.False(pending.IsCompleted, "The call ended before its commit slept.");
                    await Task.Delay(20);
                }

                await caller.CancelAsync();
                var told = await Assert.ThrowsAnyAsync<Exception>(() => pending);
                Assert.True(told is OperationCanceledException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }, told.ToString());
            }
        }
        finally
        {
            await AsBeforeAsync();
        }

        await NothingHappenedAsync(user, held.ReservationId);
    }

    static IEnumerable<Func<CancellationToken, Task>> Calls(CreditsLedger ledger, string user, Guid held) =>
    [
        token => ledger.DebitAsync(new(user, CreditAmount.OfCredits(1), "chat", "u", "one"), token),
        token => ledger.ReserveAsync(new(user, CreditAmount.OfCredits(1), "research:x", "two"), token),
        token => ledger.CommitAsync(held, CreditAmount.OfCredits(2), null, token),
        token => ledger.ReleaseAsync(held, token),
        token => ledger.GrantAsync(new(user, CreditAmount.OfCredits(1), "reward", "three"), token),
    ];

    Task AtCommitAsync(string statements) => fixture.ScalarAsync<object>($"""
        CREATE FUNCTION credits.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statements}; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON credits.entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credits.refuse();
        """);

    Task AsBeforeAsync() => fixture.ScalarAsync<object>("DROP TRIGGER refuse ON credits.entries; DROP FUNCTION credits.refuse()");

    async Task NothingHappenedAsync(string user, Guid held)
    {
        Assert.Equal(CreditAmount.OfCredits(95), (await fixture.Ledger.GetBalanceAsync(user, default)).Available);
        Assert.IsType<SettlementResult.Settled>(await fixture.Ledger.ReleaseAsync(held, default));
        await fixture.IsSoundAsync();
    }
}
