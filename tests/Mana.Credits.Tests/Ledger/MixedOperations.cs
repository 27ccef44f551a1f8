using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Gifts;
using Mana.Credits.SyncBilling;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Credits.Tests.Ledger;

/// <summary>
/// commerce.md 17, scenario 147, and issue 6: ten thousand operations on fifty accounts from sixteen workers, while callers hang up and the database's
/// connections are cut. Whoever does not know what became of a command sends it again with its key. At the end every balance is the sum of what was
/// acknowledged, and every invariant holds. (The host itself is killed in Mana.EndToEnd.Tests, LedgerCrashTests.)
/// </summary>
public sealed class MixedOperations(CreditsFixture fixture, ITestOutputHelper output) : IClassFixture<CreditsFixture>
{
    const int Operations = 10_000;
    const int People = 50;
    const int Workers = 16;
    const int HangUpEvery = 12;

    readonly string[] _people = [.. Enumerable.Range(0, People).Select(_ => fixture.NewId())];
    readonly long[] _expected = new long[People];
    int _repeats;

    [Fact]
    public async Task Scenario_147_ten_thousand_operations_with_hang_ups_and_cuts_lose_and_double_nothing()
    {
        for (var i = 0; i < People; i++)
        {
            await fixture.FundAsync(_people[i], 500);
            _expected[i] = 500_000;
        }

        var next = 0;
        using var done = new CancellationTokenSource();
        var cutting = CutAsync(done.Token);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(1000 + worker);
            for (var number = Interlocked.Increment(ref next); number <= Operations; number = Interlocked.Increment(ref next))
                await OperateAsync(random, number);
        })));
        await done.CancelAsync();
        var cuts = await cutting;

        output.WriteLine($"{_repeats} commands were sent again; connections were cut {cuts} times.");
        Assert.True(_repeats > 0 && cuts >= 3, "Nothing was disturbed.");
        // The last cut may have left dead connections.
        fixture.Host.Services.GetRequiredService<NpgsqlDataSource>().Clear();
        for (var i = 0; i < People; i++)
        {
            var syncs = await fixture.ScalarAsync<long>(
                "SELECT count(*) FROM credits.entries e JOIN credits.accounts a ON a.id = e.wallet WHERE a.owner_id = $1 AND e.kind = 'sync'", _people[i]);
            Assert.Equal(_expected[i] - (syncs * 30_000), (await fixture.Ledger.GetBalanceAsync(_people[i], default)).Available.Milli);
        }

        await fixture.IsSoundAsync();
    }

    async Task OperateAsync(Random random, int number)
    {
        var (person, amount, part) = (random.Next(People), new CreditAmount(random.Next(1, 3000)), random.Next(1, 100));
        var (user, key) = (_people[person], $"op-{number}");
        var ledger = fixture.Ledger;
        switch (random.Next(11))
        {
            case 0 or 1 or 2:
                Count(person, -amount.Milli, await KnownAsync(random, token => ledger.DebitAsync(new(user, amount, "chat", "u", key), token)));
                break;
            case 3:
                Count(person, amount.Milli, await KnownAsync(random, token => ledger.RefundAsync(new(user, amount, "chat", "r", key), token)));
                break;
            case 4:
                // Twice at once, as an impatient client does.
                var twice = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => KnownAsync(random, token => ledger.GrantAsync(new(user, new(10), "reward", key), token))));
                Count(person, 10, twice[0] is PostingResult.Posted ? twice[0] : twice[1]);
                break;
            case 5:
                Count(person, amount.Milli, await KnownAsync(random, token => fixture.Issuance.IssueAsync(new(user, amount, CreditSource.Plan, $"sub:{key}", "stripe", "p"), token)));
                break;
            case 6:
                Count(person, -amount.Milli, await KnownAsync(random, token => fixture.Issuance.ClawBackAsync(new(user, amount, $"stripe-refund:{key}", "c"), token)));
                break;
            case 7 or 8:
                await HoldAsync(random, person, amount, part, key);
                break;
            case 9:
                await GiveAsync(random, person, key);
                break;
            default:
                var sync = fixture.Host.Services.GetRequiredService<SyncSubscriptions>();
                // Without a key of the caller: what was charged is counted from the entries, and their keys name the periods.
                await KnownAsync(random, token => sync.ActivateAsync(user, "monthly", token));
                await KnownAsync(random, token => sync.DeactivateAsync(user, atPeriodEnd: false, token));
                break;
        }
    }

    async Task HoldAsync(Random random, int person, CreditAmount amount, int part, string key)
    {
        var ledger = fixture.Ledger;
        if (await KnownAsync(random, token => ledger.ReserveAsync(new(_people[person], amount, "research:x", key), token)) is not ReservationResult.Reserved held)
            return;
        Count(person, -amount.Milli);
        if (part < 5)
            return;
        var taken = new CreditAmount(Math.Max(1, amount.Milli * part / 100));
        var ended = await Task.WhenAll(
            KnownAsync(random, token => ledger.CommitAsync(held.ReservationId, taken, null, token)), KnownAsync(random, token => ledger.ReleaseAsync(held.ReservationId, token)));
        Assert.Single(ended, result => result is SettlementResult.Settled);
        Count(person, ended[0] is SettlementResult.Settled ? amount.Milli - taken.Milli : amount.Milli);
    }

    async Task GiveAsync(Random random, int person, string key)
    {
        var gifts = fixture.Host.Services.GetRequiredService<GiftCodes>();
        var wanted = new NewGift(CreditAmount.OfCredits(2), false, null, null, TimeProvider.System.GetUtcNow().AddDays(1), key);
        if (await KnownAsync(random, token => gifts.CreateAsync(_people[person], wanted, token)) is not GiftCreation.Created { Gift: var gift })
            return;
        Count(person, -2_000);
        var friend = (person + 1) % People;
        // Redeeming has no key of its own, but the gift remembers who got it.
        await Task.WhenAll(
            KnownAsync(random, token => gifts.RedeemAsync(_people[friend], gift.Code, null, token)), KnownAsync(random, token => gifts.ReturnAsync(gift.Id, _people[person], GiftCode.Refunded, token)));
        Count(await fixture.ScalarAsync<string>("SELECT status FROM credits.gift_codes WHERE id = $1", gift.Id) == GiftCode.Depleted ? friend : person, 2_000);
    }

    void Count(int person, long milli, PostingResult? result = null)
    {
        if (result is null or PostingResult.Posted)
            Interlocked.Add(ref _expected[person], milli);
        else
            Assert.True(result is PostingResult.Insufficient, result.ToString());
    }

    /// <summary>Until somebody has answered. A caller that hangs up, or whose connection is cut, does not know and asks again.</summary>
    async Task<T> KnownAsync<T>(Random random, Func<CancellationToken, Task<T>> command)
    {
        bool hangs;
        int patience;
        lock (random)
            (hangs, patience) = (random.Next(HangUpEvery) == 0, random.Next(1, 12));
        while (true)
        {
            using var caller = new CancellationTokenSource();
            if (hangs)
                caller.CancelAfter(patience);
            hangs = false;
            try
            {
                var result = await command(caller.Token);
                if (result is not (PostingResult.Contention or SettlementResult.Contention or ReservationResult.Refused { Why: PostingResult.Contention } or SyncChange.Refused { Why: PostingResult.Contention }
                    or GiftReturn.Contention or GiftRedemptionResult.Contention or GiftCreation.Refused { Why: PostingResult.Contention }))
                    return result;
            }
            catch (Exception exception) when (exception is OperationCanceledException or NpgsqlException or InvalidOperationException { InnerException: NpgsqlException })
            {
                // Sent again below.
            }

            Interlocked.Increment(ref _repeats);
        }
    }

    /// <summary>Ends all connections of the host, as a restart of the database would, as long as the operations run.</summary>
    async Task<int> CutAsync(CancellationToken done)
    {
        var cuts = 0;
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(700, done).ContinueWith(_ => { }, TaskScheduler.Default);
            await fixture.ScalarAsync<long>(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'mana_app' AND query LIKE '%credits.%'");
            cuts++;
        }

        return cuts;
    }
}
