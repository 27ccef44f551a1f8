using Mana.Credits.Gifts;
using Mana.Credits.Ledger;
using Mana.Credits.SyncBilling;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Upkeep;

/// <summary>One row that cannot be carried out keeps nobody else waiting.</summary>
public sealed class BadRowTests(ClockedFixture fixture) : IClassFixture<ClockedFixture>
{
    T Job<T>()
        where T : notnull => fixture.Host.Services.CreateScope().ServiceProvider.GetRequiredService<T>();

    [Fact]
    public async Task A_reservation_that_does_not_end_keeps_none_of_the_others()
    {
        var (poor, person) = (await fixture.PersonAsync(1), await fixture.PersonAsync(100));
        var bad = await fixture.ScalarAsync<Guid>("""
            INSERT INTO credits.reservations (id, wallet, amount, reason, status, created_at, expires_at)
            SELECT gen_random_uuid(), id, 900000, 'never held', 'reserved', $2, $2 FROM credits.accounts WHERE owner_id = $1 AND kind = 'available' RETURNING id
            """, poor.UserId, ClockedFixture.Start);
        (await fixture.Service().PostAsync("internal/credits/reserve", new { userId = person.UserId, amount = 7, reason = "r", ttlSeconds = 60 })).Ok();
        fixture.Clock.Advance(TimeSpan.FromHours(1));
        await Job<ReservationExpiry>().RunAsync(default);
        Assert.Equal(0, (await fixture.BalanceAsync(person)).Reserved.Milli);
        Assert.Equal("reserved", await fixture.ScalarAsync<string>("SELECT status FROM credits.reservations WHERE id = $1", bad));
    }

    [Fact]
    public async Task A_gift_that_does_not_go_back_keeps_none_of_the_others()
    {
        var creator = await fixture.MemberAsync(100);
        var bad = await fixture.ScalarAsync<Guid>("""
            INSERT INTO credits.gift_codes (id, code, creator_id, total, is_redeemed, type, status, expires_at, entry_id, created_at, updated_at)
            VALUES (gen_random_uuid(), 'EMPTY234', $1, 5000, false, 'simple', 'active', $2, gen_random_uuid(), $2, $2) RETURNING id
            """, creator.UserId, ClockedFixture.Start);
        (await creator.PostAsync("gifts", new { totalCredits = 10, expirationDays = 1 })).Ok(201);
        fixture.Clock.Advance(TimeSpan.FromDays(2));
        await Job<GiftExpiry>().RunAsync(default);
        Assert.Equal(100_000, (await fixture.BalanceAsync(creator)).Available.Milli);
        Assert.Equal("active", await fixture.ScalarAsync<string>("SELECT status FROM credits.gift_codes WHERE id = $1", bad));
    }

    [Fact]
    public async Task A_subscription_that_cannot_be_charged_is_an_error_and_the_next_is_charged()
    {
        var (bad, good) = (await fixture.MemberAsync(100), await fixture.MemberAsync(100));
        foreach (var person in (Caller[])[bad, good])
            (await person.PostAsync("sync/activate")).Ok();
        await fixture.ScalarAsync<object>($"""
            CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON credits.sync_subscriptions FOR EACH ROW WHEN (OLD.user_id = '{bad.UserId}') EXECUTE FUNCTION public.refuse()
            """);
        fixture.Clock.Advance(TimeSpan.FromDays(32));
        Assert.Equal(new RenewalSummary(1, 0, 1, 2), await Job<SyncRenewals>().ChargeDueAsync(default));
        Assert.Equal((70_000, 40_000), ((await fixture.BalanceAsync(bad)).Available.Milli, (await fixture.BalanceAsync(good)).Available.Milli));
    }
}
