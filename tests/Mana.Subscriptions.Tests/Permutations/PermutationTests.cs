using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Mana.Credits.Purchases;
using Mana.Payments.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions.Tests.Permutations;

/// <summary>
/// The same life, told in another order each time: webhooks come while it goes on or long after, twice, backwards, or never, and what never came is found by pulling
/// and by reconciliation. The ledger's entries with their keys and amounts, the purchases, subscriptions, invoices and grants must be those of the order in which
/// everything came as it happened. <c>MANA_PERMUTATIONS</c> says how many orders, <c>MANA_PERMUTATIONS_FROM</c> the first seed; a seed that fails is named.
/// </summary>
public sealed class PermutationTests(SubscriptionsFixture shop) : IClassFixture<SubscriptionsFixture>
{
    const int FewestEvents = 40;

    static int Setting(string name, int otherwise) => int.Parse(Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_order_of_the_news_comes_to_the_same_end()
    {
        var (reference, events) = await PlayAsync(0);
        Assert.True(events >= FewestEvents, $"{events} events are too few.");
        foreach (var wanted in (string[])["purchase ", "clawback ", "clawback_reversal ", "plan ", "invoice ", "subscription ", "refunded", "completed", "cancelled", "partially_refunded"])
            Assert.Contains(wanted, reference, StringComparison.Ordinal);
        Assert.DoesNotContain("stripe-settle", reference, StringComparison.Ordinal);

        var (first, count, start) = (Setting("MANA_PERMUTATIONS_FROM", 1), Setting("MANA_PERMUTATIONS", 12), Stopwatch.GetTimestamp());
        var midnight = new DateTimeOffset(shop.Clock.GetUtcNow().Date, TimeSpan.Zero);
        for (var seed = first; seed < first + count; seed++)
        {
            // Every life takes the clock a quarter of an hour further, and what a part of a month costs depends on the day on which a life begins.
            if (shop.Clock.GetUtcNow() > midnight.AddHours(20))
            {
                midnight = midnight.AddDays(1);
                shop.Clock.Advance(midnight.AddHours(6) - shop.Clock.GetUtcNow());
                (reference, _) = await PlayAsync(0);
            }

            var (end, _) = await PlayAsync(seed);
            Assert.True(reference == end, $"Seed {seed} ends otherwise.\n--- in order\n{reference}\n--- seed {seed}\n{end}");
            if (seed % 50 == 0)
                TestContext.Current.SendDiagnosticMessage($"{seed - first + 1} orders of {events} events in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        }
    }

    /// <summary>One life, and what is left of it on the platform.</summary>
    /// <param name="seed">0: everything comes at once, once and in order.</param>
    async Task<(string End, int Events)> PlayAsync(int seed)
    {
        await shop.RestartStripeAsync();
        var (random, person) = (new Random(seed), await shop.PersonAsync());
        var life = new Lifecycle(shop, person);
        await life.BeginAsync();
        var (waiting, events) = (new List<JsonObject>(), 0);
        foreach (var step in life.Steps)
        {
            step();
            var told = shop.Stripe.Webhooks.Take();
            events += told.Count;
            waiting.AddRange(told);
            if (seed == 0)
            {
                await shop.TellAsync(told);
                waiting.Clear();
                continue;
            }

            while (waiting.Count > 0 && random.NextDouble() < 0.6)
                await TellOneAsync(waiting, random);
            if (random.NextDouble() < 0.4)
                await shop.Inbox.DrainAsync(default);
        }

        while (waiting.Count > 0)
        {
            await TellOneAsync(waiting, random);
            if (random.NextDouble() < 0.2)
                await shop.Inbox.DrainAsync(default);
        }

        await SettleAsync();
        return (await life.EndAsync(), events);
    }

    /// <summary>One of those that are on their way, whichever: lost, or delivered, or delivered and still on its way.</summary>
    async Task TellOneAsync(List<JsonObject> waiting, Random random)
    {
        var (at, fate) = (random.Next(waiting.Count), random.NextDouble());
        var happened = waiting[at];
        if (fate is < 0.15 or >= 0.3)
            waiting.RemoveAt(at);
        if (fate >= 0.15)
            await shop.Stripe.Webhooks.SendAsync(happened);
    }

    /// <summary>Time goes by: what is due again is tried again, what was lost is found.</summary>
    async Task SettleAsync()
    {
        await shop.Inbox.DrainAsync(default);
        shop.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.IsType<StripeResult<int>.Ok>(await shop.Inbox.PullAsync(SubscriptionsFixture.Start.AddDays(-1), default));
        for (var round = 0; round < 20 && (round == 0 || await shop.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM payments.events WHERE status = 'pending')")); round++)
        {
            await shop.Inbox.DrainAsync(default);
            shop.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await using var services = shop.Host.Services.CreateAsyncScope();
        await services.ServiceProvider.GetRequiredService<PurchaseReconciliation>().ReconcileAsync(ReconciliationScope.All, default);
        await shop.ReconcileAsync(ReconciliationScope.All);
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM payments.events WHERE status IN ('pending', 'dead')"));
    }
}
