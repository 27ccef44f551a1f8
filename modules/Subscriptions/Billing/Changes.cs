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
        if (plan.IsDefault || await catalogue.PriceIdAsync(plan, interval, cancellationToken) is not { } price)
            return new ChangeResult.NoPrice();
        if (row.StripePriceId == price)
            return new ChangeResult.SamePlan();
        if ((await stripe.RetrieveSubscriptionAsync(row.StripeSubscriptionId, cancellationToken)).OrNull is not { Items: [var item, ..] } now)
            return new ChangeResult.Failed();
        if (onlyPreview)
            return (await stripe.PreviewInvoiceAsync(new InvoicePreview(now.CustomerId ?? row.StripeCustomerId ?? "", now.Id, item.Id, price, "always_invoice"), cancellationToken)).OrNull is { } invoice
                ? new ChangeResult.Preview(invoice)
                : new ChangeResult.Failed();
        return await UpdateAsync(userId, row, new SubscriptionChange
        {
            ItemId = item.Id,
            PriceId = price,
            ProrationBehavior = "always_invoice",
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["planId"] = plan.Id.ToString(), ["billingInterval"] = interval },
        }, cancellationToken);
    }

    /// <summary>The key is new each time: cancelling, reactivating and cancelling again are three wishes.</summary>
    async Task<ChangeResult> UpdateAsync(string userId, SubscriptionRow row, SubscriptionChange change, CancellationToken cancellationToken)
    {
        if (await stripe.UpdateSubscriptionAsync(row.StripeSubscriptionId, change, "sub-update:" + ids.NewId(), cancellationToken) is not StripeResult<StripeSubscription>.Ok)
            return new ChangeResult.Failed();
        await refresh.RefreshAsync(row.StripeSubscriptionId, cancellationToken);
        return new ChangeResult.Done(await current.LiveAsync(userId, cancellationToken) ?? row);
    }
}
