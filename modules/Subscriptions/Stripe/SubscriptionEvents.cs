using Mana.Kernel.Outbox;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Notices;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Stripe;

/// <summary>What Stripe tells about subscriptions, their invoices, and money of theirs that went back (commerce.md 7.7).</summary>
internal sealed class SubscriptionEvents(SubscriptionsDbContext database, SubscriptionRefresh refresh, InvoiceReversals reversals, EventWriter notices) : IStripeEventHandler
{
    public static readonly string[] Types =
    [
        "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "customer.subscription.paused", "customer.subscription.resumed",
        "customer.subscription.trial_will_end", "checkout.session.completed", "checkout.session.expired",
        "invoice.created", "invoice.updated", "invoice.paid", "invoice.payment_failed", "invoice.finalized", "invoice.voided", "invoice.marked_uncollectible", "invoice.payment_action_required",
        "charge.refunded", "refund.created", "refund.updated", "refund.failed",
        "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    ];

    public async Task<StripeOutcome> HandleAsync(StripeHappening happening, CancellationToken cancellationToken) => happening.Current switch
    {
        StripeSubscription subscription => await SubscriptionAsync(happening, subscription, cancellationToken),
        StripeInvoice { SubscriptionId: { } subscription } invoice => await InvoiceAsync(happening, invoice, subscription, cancellationToken),
        StripeCheckoutSession { Mode: "subscription" } session => await SessionAsync(session, cancellationToken),
        StripeCharge { PaymentIntentId: { } intent } => await reversals.RefreshAsync(intent, cancellationToken),
        StripeRefund { PaymentIntentId: { } intent } => await reversals.RefreshAsync(intent, cancellationToken),
        StripeDispute { PaymentIntentId: { } intent } => await reversals.RefreshAsync(intent, cancellationToken),
        _ => StripeOutcome.NotOurs,
    };

    /// <summary>Also for the reconciliation.</summary>
    public async Task<StripeOutcome> SessionAsync(StripeCheckoutSession session, CancellationToken cancellationToken)
    {
        var outcome = session.SubscriptionId is { } subscription ? await refresh.RefreshAsync(subscription, cancellationToken) : StripeOutcome.NotOurs;
        if (outcome is StripeOutcome.Retry || session.Status == "open")
            return outcome;
        var ours = await database.Checkouts.Where(row => row.StripeSessionId == session.Id).ExecuteDeleteAsync(cancellationToken) > 0;
        return outcome is StripeOutcome.Foreign && ours ? StripeOutcome.Done : outcome;
    }

    async Task<StripeOutcome> SubscriptionAsync(StripeHappening happening, StripeSubscription subscription, CancellationToken cancellationToken)
    {
        var outcome = await refresh.RefreshAsync(subscription.Id, cancellationToken);
        if (happening.Type == "customer.subscription.trial_will_end" && subscription.Status == "trialing")
            await TellAsync(outcome, SubscriptionNotice.TrialEnding, subscription.Id, subscription.Id, subscription.TrialEnd, cancellationToken);
        return outcome;
    }

    async Task<StripeOutcome> InvoiceAsync(StripeHappening happening, StripeInvoice invoice, string subscription, CancellationToken cancellationToken)
    {
        var outcome = await refresh.RefreshAsync(subscription, cancellationToken);
        if (happening.Type == "invoice.payment_action_required" && invoice.Status == "open")
            await TellAsync(outcome, SubscriptionNotice.ActionRequired, subscription, invoice.Id, null, cancellationToken);
        return outcome;
    }

    async Task TellAsync(StripeOutcome outcome, string kind, string subscription, string subject, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        if (outcome is not (StripeOutcome.Applied or StripeOutcome.Unchanged)
            || await database.Subscriptions.AsNoTracking().SingleOrDefaultAsync(row => row.StripeSubscriptionId == subscription, cancellationToken) is not { } row)
            return;
        notices.Add(database, new SubscriptionNotice(row.UserId, kind, subject, at));
        await database.SaveChangesAsync(cancellationToken);
    }
}
