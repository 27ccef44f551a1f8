using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Stripe;

/// <summary>Money of an invoice went back: so do the credits that it gave, as far as they are its own (commerce.md 7.8).</summary>
internal sealed class InvoiceReversals(IStripeApi stripe, SubscriptionRefresh refresh, InvoiceSettlement settlement, SubscriptionsDbContext database)
{
    public async Task<StripeOutcome> RefreshAsync(string intentId, CancellationToken cancellationToken)
    {
        if (await InvoiceOfAsync(intentId, cancellationToken) is not (var invoiceId, var outcome))
            return InvoiceSettlement.Unavailable;
        if (invoiceId is null)
            return outcome;
        return await settlement.SettleAsync(invoiceId, intentId, cancellationToken);
    }

    /// <summary>Which invoice of ours a payment paid, brought up to date. Null: Stripe does not answer; without an id: none of ours, or not yet.</summary>
    async Task<(string? InvoiceId, StripeOutcome Outcome)?> InvoiceOfAsync(string intentId, CancellationToken cancellationToken)
    {
        var known = await database.Invoices.AsNoTracking().Where(row => row.StripePaymentIntentId == intentId).Select(row => row.StripeInvoiceId).SingleOrDefaultAsync(cancellationToken);
        if (known is not null)
            return (known, StripeOutcome.Nothing);
        if (await stripe.ListInvoicePaymentsAsync(intentId, cancellationToken) is not StripeResult<StripePage<StripeInvoicePayment>>.Ok { Value.Items: var payments })
            return null;
        if (payments.Count == 0)
            return (null, StripeOutcome.NotOurs);
        var invoiceId = payments[0].InvoiceId;
        if (await stripe.RetrieveInvoiceAsync(invoiceId, cancellationToken) is not StripeResult<StripeInvoice>.Ok { Value: var invoice })
            return null;
        if (invoice.SubscriptionId is not { } subscription)
            return (null, StripeOutcome.NotOurs);
        // Its grants first, so that there is something to take back.
        var outcome = await refresh.RefreshAsync(subscription, cancellationToken);
        return await database.Invoices.AnyAsync(row => row.StripeInvoiceId == invoiceId, cancellationToken) ? (invoiceId, outcome) : (null, outcome);
    }
}
