using Mana.Kernel.Ids;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;
using Mana.Subscriptions.Stripe;

namespace Mana.Subscriptions.Billing;

internal abstract record ChangeResult
{
    /// <summary>It is as was wanted.</summary>
    /// <param name="Row">As it is now.</param>
    public sealed record Done(SubscriptionRow Row) : ChangeResult;

    public sealed record Preview(StripeInvoice Invoice) : ChangeResult;

    public sealed record NoSubscription : ChangeResult;

    public sealed record NoPlan : ChangeResult;

    public sealed record NoPrice : ChangeResult;

    public sealed record SamePlan : ChangeResult;

    /// <summary>What it costs could not be paid; nothing has changed.</summary>
    public sealed record Unpaid : ChangeResult;

    public sealed record NotConfigured : ChangeResult;

    public sealed record Failed : ChangeResult;
}

/// <summary>What people change about their subscription. Stripe is told first; our rows follow by looking at what it made of it.</summary>
internal sealed class Changes(CurrentSubscriptions current, PlanCatalogue catalogue, SubscriptionRefresh refresh, IStripeApi stripe, IStripeAvailability availability, IIdSource ids)
{
    public Task<ChangeResult> CancelAsync(string userId, CancellationToken cancellationToken) => SetEndAsync(userId, true, cancellationToken);

    /// <summary>Only while it has not ended yet (W-46).</summary>
    public Task<ChangeResult> ReactivateAsync(string userId, CancellationToken cancellationToken) => SetEndAsync(userId, false, cancellationToken);

    async Task<ChangeResult> SetEndAsync(string userId, bool ends, CancellationToken cancellationToken)
    {
        if (!availability.CanCall)
            return new ChangeResult.NotConfigured();
        if (await current.LiveAsync(userId, cancellationToken) is not { } row || (!ends && !row.CancelAtPeriodEnd))
            return new ChangeResult.NoSubscription();
        return await UpdateAsync(userId, row, new SubscriptionChange { CancelAtPeriodEnd = ends }, cancellationToken);
    }

    public async Task<ChangeResult> ChangeAsync(string userId, Guid planId, string interval, bool onlyPreview, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(planId, cancellationToken) is not { Active: true } plan)
            return new ChangeResult.NoPlan();
        if (!availability.CanCall)
            return new ChangeResult.NotConfigured();
        if (await current.LiveAsync(userId, cancellationToken) is not { } row)
            return new ChangeResult.NoSubscription();
        if (plan.IsDefault)
            return new ChangeResult.NoPrice();
        var priced = await catalogue.PriceIdAsync(plan, interval, cancellationToken);
        if (priced is not StripeResult<string>.Ok { Value: var price })
            return priced is StripeResult<string>.NotFound ? new ChangeResult.NoPrice() : new ChangeResult.Failed();
        if (row.StripePriceId == price)
            return new ChangeResult.SamePlan();
        if ((await stripe.RetrieveSubscriptionAsync(row.StripeSubscriptionId, cancellationToken)).OrNull is not { Items: [var item, ..] } now)
            return new ChangeResult.Failed();
        // What has been paid for a dearer plan has given its credits: it does not come back for a cheaper one. A new interval begins a new period instead, and Stripe settles the old one.
        var prorations = item.Interval == interval && plan.PriceEuroCents(interval) < item.UnitAmount ? "none" : "always_invoice";
        if (onlyPreview && prorations == "none")
            return new ChangeResult.Preview(new StripeInvoice { Id = "", Status = "draft", AmountDue = 0, AmountPaid = 0, Currency = "eur" });
        if (onlyPreview)
            return (await stripe.PreviewInvoiceAsync(new InvoicePreview(now.CustomerId ?? row.StripeCustomerId ?? "", now.Id, item.Id, price, prorations), cancellationToken)).OrNull is { } invoice
                ? new ChangeResult.Preview(invoice)
                : new ChangeResult.Failed();
        return await UpdateAsync(userId, row, new SubscriptionChange
        {
            ItemId = item.Id,
            PriceId = price,
            ProrationBehavior = prorations,
            // Otherwise the plan would change first, and its benefits hold for as long as somebody who does not pay is waited for.
            PaymentBehavior = "error_if_incomplete",
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["planId"] = plan.Id.ToString(), ["billingInterval"] = interval },
        }, cancellationToken);
    }

    /// <summary>The key is new each time: cancelling, reactivating and cancelling again are three wishes.</summary>
    async Task<ChangeResult> UpdateAsync(string userId, SubscriptionRow row, SubscriptionChange change, CancellationToken cancellationToken)
    {
        var updated = await stripe.UpdateSubscriptionAsync(row.StripeSubscriptionId, change, "sub-update:" + ids.NewId(), cancellationToken);
        if (updated is not StripeResult<StripeSubscription>.Ok)
            return updated is StripeResult<StripeSubscription>.Declined ? new ChangeResult.Unpaid() : new ChangeResult.Failed();
        await refresh.RefreshAsync(row.StripeSubscriptionId, cancellationToken);
        return new ChangeResult.Done(await current.LiveAsync(userId, cancellationToken) ?? row);
    }
}
