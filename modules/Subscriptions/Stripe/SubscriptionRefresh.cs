using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.PlanCredits;
using Mana.Subscriptions.Plans;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Subscriptions.Stripe;

/// <summary>
/// Brings a subscription, its invoices and the credits that they give to what Stripe has now. Every event about any of them, every look of the reconciliation and
/// every change of our own ends here, and nothing of an event but an id counts: duplicates, losses and any order come to the same end (W-43). Invoices are looked at
/// oldest first, all of them, so one that came late is counted as if it had come in time. One at a time per subscription.
/// </summary>
internal sealed class SubscriptionRefresh(
    IStripeApi stripe, IStripeCustomers customers, PlanCatalogue catalogue, NamedLocks locks, SubscriptionStore store, GrantBooking booking, IErasedUsers erased,
    SubscriptionsDbContext database, SubscriptionsMetrics metrics, ILogger<SubscriptionRefresh> log)
{
    const int MostPages = 10;
    static readonly StripeOutcome Second = new StripeOutcome.Parked("second_subscription");

    public async Task<StripeOutcome> RefreshAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var outcome = await OnceAsync(subscriptionId, cancellationToken);
        if (outcome != Second)
            return outcome;
        // One that we think alive may have ended without our hearing of it; then there is room for this one.
        await RefreshOthersAsync(subscriptionId, cancellationToken);
        outcome = await OnceAsync(subscriptionId, cancellationToken);
        if (outcome != Second)
            return outcome;
        metrics.Second();
        log.LogError("Subscription {Subscription} is a second live one of the same person, who is charged for it: it is not stored; cancel it at Stripe and give the money back", subscriptionId);
        return outcome;
    }

    async Task<StripeOutcome> OnceAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        await using var turn = await locks.TakeAsync("subscription:" + subscriptionId, cancellationToken);
        database.ChangeTracker.Clear();
        var asked = await stripe.RetrieveSubscriptionAsync(subscriptionId, cancellationToken);
        if (asked is not StripeResult<StripeSubscription>.Ok { Value: var subscription })
            return asked is StripeResult<StripeSubscription>.NotFound ? new StripeOutcome.Parked("subscription_not_found") : new StripeOutcome.Retry("stripe_unavailable");
        if (await InvoicesAsync(subscriptionId, cancellationToken) is not { } invoices)
            return new StripeOutcome.Retry("stripe_unavailable");

        var known = await database.Subscriptions.AsNoTracking().SingleOrDefaultAsync(row => row.StripeSubscriptionId == subscriptionId, cancellationToken);
        var prices = await catalogue.PricesAsync(cancellationToken);
        var (userId, isMapped) = known is not null ? (known.UserId, true) : await OwnerAsync(subscription, cancellationToken);
        if (userId is null)
            return StripeOutcome.NotOurs;
        if (await PlanAsync(subscription, known, prices, cancellationToken) is not { } plan)
            // The same Stripe account serves another product, whose subscriptions name a user too but none of our plans (commerce.md 18.2).
            return isMapped && subscription.Metadata.ContainsKey("planId") ? new StripeOutcome.Parked("plan_unknown") : StripeOutcome.NotOurs;
        if (known is null && await erased.IsErasedAsync(userId, cancellationToken))
            return await EndAsync(subscription, cancellationToken);

        Stored result;
        try
        {
            result = await store.ApplyAsync(subscription, invoices, userId, plan, prices, cancellationToken);
        }
        catch (DbUpdateException refused) when (refused.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: SubscriptionsModel.LiveIndex })
        {
            return Second;
        }

        var row = await database.Subscriptions.AsNoTracking().SingleAsync(stored => stored.StripeSubscriptionId == subscriptionId, cancellationToken);
        if (!await booking.BookAsync(row.Id, cancellationToken))
            return new StripeOutcome.Retry("ledger_busy");
        return result.IsPriceUnknown ? new StripeOutcome.Parked("price_unknown") : result.Changed ? StripeOutcome.Done : StripeOutcome.Nothing;
    }

    /// <summary>Oldest first.</summary>
    async Task<List<StripeInvoice>?> InvoicesAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var all = new List<StripeInvoice>();
        string? after = null;
        for (var page = 0; page < MostPages; page++)
        {
            if (await stripe.ListInvoicesAsync(null, subscriptionId, after, cancellationToken) is not StripeResult<StripePage<StripeInvoice>>.Ok { Value: var found })
                return null;
            all.AddRange(found.Items);
            if (!found.HasMore || found.Items.Count == 0)
                break;
            after = found.Items[^1].Id;
        }

        return [.. all.OrderBy(invoice => invoice.CreatedAt).ThenBy(invoice => invoice.Id, StringComparer.Ordinal)];
    }

    /// <summary>commerce.md 7.4: what we wrote on it, else whose customer it is.</summary>
    async Task<(string? UserId, bool IsMapped)> OwnerAsync(StripeSubscription subscription, CancellationToken cancellationToken)
    {
        var mapped = subscription.CustomerId is { } customer ? await customers.FindUserAsync(customer, cancellationToken) : null;
        var named = subscription.Metadata.GetValueOrDefault("userId");
        return (named is { Length: > 0 and <= 64 } ? named : mapped, mapped is not null);
    }

    /// <summary>The price tells what is paid for now; what was wished at the checkout may be old.</summary>
    async Task<Plan?> PlanAsync(StripeSubscription subscription, SubscriptionRow? known, Dictionary<string, PlanPrice> prices, CancellationToken cancellationToken)
    {
        if (subscription.Items.Count > 0 && prices.TryGetValue(subscription.Items[0].PriceId, out var price))
            return price.Plan;
        if (Guid.TryParse(subscription.Metadata.GetValueOrDefault("planId"), out var named) && await catalogue.FindAsync(named, cancellationToken) is { } plan)
            return plan;
        return known is null ? null : await catalogue.FindAsync(known.PlanId, cancellationToken);
    }

    async Task RefreshOthersAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        if ((await stripe.RetrieveSubscriptionAsync(subscriptionId, cancellationToken)).OrNull is not { } subscription || (await OwnerAsync(subscription, cancellationToken)).UserId is not { } userId)
            return;
        var others = await database.Subscriptions.AsNoTracking().Where(row => row.UserId == userId && row.StripeSubscriptionId != subscriptionId && SubscriptionRow.Live.Contains(row.Status))
            .Select(row => row.StripeSubscriptionId).ToListAsync(cancellationToken);
        foreach (var other in others)
            await OnceAsync(other, cancellationToken);
    }

    /// <summary>Paid by somebody who was erased meanwhile: nobody is charged for an account that is no more.</summary>
    async Task<StripeOutcome> EndAsync(StripeSubscription subscription, CancellationToken cancellationToken)
    {
        if (subscription.Status is "canceled" or "incomplete_expired")
            return StripeOutcome.Nothing;
        return await stripe.CancelSubscriptionAsync(subscription.Id, $"sub-erased:{subscription.Id}", cancellationToken) is StripeResult<StripeSubscription>.Ok
            ? StripeOutcome.Done
            : new StripeOutcome.Retry("stripe_unavailable");
    }
}
