using Mana.Credits.Data;
using Mana.Payments.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Purchases;

/// <summary>What Stripe tells about payments (commerce.md 7.7). Whatever it is, the purchase behind it is brought to where its payment is.</summary>
internal sealed class PurchaseEvents(CreditsDbContext database, PurchaseRefresh refresh, TimeProvider time, CreditsMetrics metrics) : IStripeEventHandler
{
    public static readonly string[] Types =
    [
        "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.processing", "payment_intent.canceled",
        "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed", "checkout.session.expired",
        "charge.refunded", "refund.created", "refund.updated", "refund.failed",
        "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    ];

    public async Task<StripeOutcome> HandleAsync(StripeHappening happening, CancellationToken cancellationToken) => happening.Current switch
    {
        StripePaymentIntent intent => await refresh.RefreshAsync(intent.Id, cancellationToken),
        StripeCharge { PaymentIntentId: { } intent } => await refresh.RefreshAsync(intent, cancellationToken),
        StripeRefund { PaymentIntentId: { } intent } => await refresh.RefreshAsync(intent, cancellationToken),
        StripeDispute { PaymentIntentId: { } intent } => await refresh.RefreshAsync(intent, cancellationToken),
        StripeCheckoutSession { Mode: "payment" } session => await SessionAsync(session, cancellationToken),
        _ => StripeOutcome.NotOurs,
    };

    /// <summary>Also for the reconciliation.</summary>
    public async Task<StripeOutcome> SessionAsync(StripeCheckoutSession session, CancellationToken cancellationToken)
    {
        if (session.PaymentIntentId is { } intent)
            return await refresh.RefreshAsync(intent, cancellationToken);
        var named = session.ClientReferenceId ?? session.Metadata.GetValueOrDefault("purchaseId");
        if (!Guid.TryParse(named, out var id) || !await database.Purchases.AnyAsync(row => row.Id == id, cancellationToken))
            return StripeOutcome.NotOurs;
        return session.Status == "expired" && await CancelAsync(id, cancellationToken) ? StripeOutcome.Done : StripeOutcome.Nothing;
    }

    /// <summary>Nobody paid and nobody can any more. Should money come all the same, it is credited.</summary>
    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        var cancelled = await database.Purchases.Where(row => row.Id == id && row.Status == Purchase.Pending)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, Purchase.Cancelled).SetProperty(row => row.UpdatedAt, time.GetUtcNow()), cancellationToken);
        if (cancelled > 0)
            metrics.Purchase(Purchase.Cancelled, null);
        return cancelled > 0;
    }
}
