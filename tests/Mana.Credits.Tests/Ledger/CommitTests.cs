using Mana.Credits.Contracts;
using Npgsql;

namespace Mana.Credits.Tests.Ledger;

/// <summary>
/// What a function returns arrives before the transaction around it is committed. Here a trigger ends the connection at the commit; scenario 147 does so, and hangs up, at chance moments.
/// </summary>
public sealed class CommitTests(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    [Fact]
    public async Task What_was_not_committed_is_not_acknowledged()
    {
        var (user, ledger) = (fixture.NewId(), fixture.Ledger);
        await fixture.FundAsync(user, 100);
        var held = Assert.IsType<ReservationResult.Reserved>(await ledger.ReserveAsync(new(user, CreditAmount.OfCredits(5), "research:x", "held"), default));
        await fixture.ScalarAsync<object>("""
            CREATE FUNCTION credits.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON credits.entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credits.refuse();
            """);
        try
        {
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ledger.DebitAsync(new(user, CreditAmount.OfCredits(1), "chat", "u", "one"), default));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ledger.ReserveAsync(new(user, CreditAmount.OfCredits(1), "research:x", "two"), default));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ledger.CommitAsync(held.ReservationId, CreditAmount.OfCredits(2), null, default));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ledger.ReleaseAsync(held.ReservationId, default));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ledger.GrantAsync(new(user, CreditAmount.OfCredits(1), "reward", "three"), default));
        }
        finally
        {
            await fixture.ScalarAsync<object>("DROP TRIGGER refuse ON credits.entries; DROP FUNCTION credits.refuse()");
        }

        Assert.Equal(CreditAmount.OfCredits(95), (await ledger.GetBalanceAsync(user, default)).Available);
        Assert.IsType<SettlementResult.Settled>(await ledger.ReleaseAsync(held.ReservationId, default));
        await fixture.IsSoundAsync();
    }
}
