using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Stripe;

/// <summary>
/// Asks about checkouts without an answer and subscriptions on which something is expected; at night about everything alive (commerce.md 7.10). Safe on several hosts.
/// </summary>
internal sealed class SubscriptionReconciliation(SubscriptionsDbContext database, SubscriptionEvents events, SubscriptionRefresh refresh, IStripeApi stripe, TimeProvider time) : IStripeReconciler
{
    const int Most = 500;
    const int MostPages = 100;
    static readonly string[] Waiting = ["incomplete", "past_due", "unpaid"];
    static readonly TimeSpan Forgotten = TimeSpan.FromDays(3);

    public async Task<ReconciliationSummary> ReconcileAsync(ReconciliationScope scope, CancellationToken cancellationToken)
    {
        var (now, outcomes) = (time.GetUtcNow(), new List<StripeOutcome>());
        foreach (var session in await database.Checkouts.AsNoTracking().OrderBy(row => row.CreatedAt).Take(Most).Select(row => row.StripeSessionId).ToListAsync(cancellationToken))
            outcomes.Add(await CheckoutAsync(session, cancellationToken));
        await database.Checkouts.Where(row => row.CreatedAt < now - Forgotten).ExecuteDeleteAsync(cancellationToken);

        var all = scope == ReconciliationScope.All;
        var rows = await database.Subscriptions.AsNoTracking()
            .Where(row => (all && SubscriptionRow.Live.Contains(row.Status)) || Waiting.Contains(row.Status) || (SubscriptionRow.Live.Contains(row.Status) && row.CurrentPeriodEnd < now))
            .OrderBy(row => row.UpdatedAt).Take(all ? int.MaxValue : Most).Select(row => row.StripeSubscriptionId).ToListAsync(cancellationToken);
        foreach (var subscription in rows)
            outcomes.Add(await refresh.RefreshAsync(subscription, cancellationToken));
        if (all)
            await UnknownAsync([.. rows], outcomes, cancellationToken);
        return new(outcomes.Count, outcomes.Count(outcome => outcome is StripeOutcome.Applied), outcomes.Count(outcome => outcome is StripeOutcome.Retry or StripeOutcome.Parked));
    }

    /// <summary>One look at one page that somebody was sent to.</summary>
    public async Task<StripeOutcome> CheckoutAsync(string session, CancellationToken cancellationToken)
    {
        switch (await stripe.RetrieveCheckoutSessionAsync(session, cancellationToken))
        {
            case StripeResult<StripeCheckoutSession>.Ok { Value.Status: not "open" } found:
                return await events.SessionAsync(found.Value, cancellationToken);
            case StripeResult<StripeCheckoutSession>.NotFound:
                await database.Checkouts.Where(row => row.StripeSessionId == session).ExecuteDeleteAsync(cancellationToken);
                return StripeOutcome.NotOurs;
            case StripeResult<StripeCheckoutSession>.Ok:
                return StripeOutcome.Nothing;
            default:
                return new StripeOutcome.Retry("stripe_unavailable");
        }
    }

    /// <summary>Those at Stripe that nobody told us of.</summary>
    async Task UnknownAsync(HashSet<string> known, List<StripeOutcome> outcomes, CancellationToken cancellationToken)
    {
        string? after = null;
        for (var page = 0; page < MostPages; page++)
        {
            if (await stripe.ListSubscriptionsAsync(null, null, after, cancellationToken) is not StripeResult<StripePage<StripeSubscription>>.Ok { Value: var found })
            {
                outcomes.Add(new StripeOutcome.Retry("stripe_unavailable"));
                return;
            }

            foreach (var subscription in found.Items.Where(item => !known.Contains(item.Id)))
                outcomes.Add(await refresh.RefreshAsync(subscription.Id, cancellationToken));
            if (!found.HasMore || found.Items.Count == 0)
                return;
            after = found.Items[^1].Id;
        }
    }
}
