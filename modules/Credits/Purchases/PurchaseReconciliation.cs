using Mana.Credits.Data;
using Mana.Payments.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Purchases;

/// <summary>Asks about what has been waiting for 15 minutes, and ends what nobody will pay any more (commerce.md 7.10). Safe on several hosts.</summary>
internal sealed class PurchaseReconciliation(CreditsDbContext database, PurchaseEvents events, PurchaseRefresh refresh, IStripeApi stripe, TimeProvider time) : IStripeReconciler
{
    const int Most = 500;
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    static readonly TimeSpan WithoutPayment = TimeSpan.FromHours(1);
    static readonly TimeSpan Untouched = TimeSpan.FromHours(24);

    public async Task<ReconciliationSummary> ReconcileAsync(ReconciliationScope scope, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var open = await database.Purchases.AsNoTracking()
            .Where(row => (row.Status == Purchase.Pending || row.Status == Purchase.Processing || row.Status == Purchase.Failed) && row.CreatedAt <= now - Patience && row.CreatedAt > now.AddDays(-30))
            .OrderBy(row => row.LookedAt ?? row.CreatedAt).ThenBy(row => row.Id).Take(Most).ToListAsync(cancellationToken);
        // Before the looking, so that one that fails does not keep the others from their turn for ever.
        var looked = open.ConvertAll(row => row.Id);
        await database.Purchases.Where(row => looked.Contains(row.Id)).ExecuteUpdateAsync(set => set.SetProperty(row => row.LookedAt, now), cancellationToken);
        var (repaired, failed) = (0, 0);
        foreach (var purchase in open)
            switch (await LookAsync(purchase, now, cancellationToken))
            {
                case StripeOutcome.Applied:
                    repaired++;
                    break;
                case StripeOutcome.Retry or StripeOutcome.Parked:
                    failed++;
                    break;
            }

        return new(open.Count, repaired, failed);
    }

    /// <summary>One look at one purchase.</summary>
    public async Task<StripeOutcome> LookAsync(Purchase purchase, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (purchase.StripePaymentIntentId is { } intent)
        {
            var outcome = await refresh.RefreshAsync(intent, cancellationToken);
            return outcome is StripeOutcome.Unchanged && purchase.Status == Purchase.Pending && now - purchase.CreatedAt > Untouched
                && await stripe.CancelPaymentIntentAsync(intent, $"pi-cancel:{purchase.Id}", cancellationToken) is StripeResult<StripePaymentIntent>.Ok
                ? await refresh.RefreshAsync(intent, cancellationToken)
                : outcome;
        }

        if (purchase.StripeSessionId is { } session)
            return await stripe.RetrieveCheckoutSessionAsync(session, cancellationToken) switch
            {
                StripeResult<StripeCheckoutSession>.Ok found => await events.SessionAsync(found.Value, cancellationToken),
                StripeResult<StripeCheckoutSession>.NotFound => new StripeOutcome.Parked("session_not_found"),
                _ => new StripeOutcome.Retry("stripe_unavailable"),
            };
        return now - purchase.CreatedAt > WithoutPayment && await events.CancelAsync(purchase.Id, cancellationToken) ? StripeOutcome.Done : StripeOutcome.Nothing;
    }
}
