using Mana.Credits.Contracts;
using Mana.Kernel.Database;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.PlanCredits;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Stripe;

/// <summary>Money of an invoice went back: so do the credits that it gave, as far as they are its own (commerce.md 7.8).</summary>
internal sealed class InvoiceReversals(
    IStripeApi stripe, SubscriptionRefresh refresh, NamedLocks locks, GrantBooking booking, SubscriptionsDbContext database, TimeProvider time)
{
    static readonly StripeOutcome Unavailable = new StripeOutcome.Retry("stripe_unavailable");

    public async Task<StripeOutcome> RefreshAsync(string intentId, CancellationToken cancellationToken)
    {
        if (await InvoiceOfAsync(intentId, cancellationToken) is not (var invoiceId, var outcome))
            return Unavailable;
        if (invoiceId is null)
            return outcome;
        await using var turn = await locks.TakeAsync("invoice:" + invoiceId, cancellationToken);
        // Asked inside the turn: an answer from before it may be older than what somebody else has booked meanwhile.
        if (await stripe.ListRefundsAsync(intentId, cancellationToken) is not StripeResult<StripePage<StripeRefund>>.Ok { Value.Items: var refunds }
            || await stripe.ListDisputesAsync(intentId, cancellationToken) is not StripeResult<StripePage<StripeDispute>>.Ok { Value.Items: var disputes })
            return Unavailable;
        database.ChangeTracker.Clear();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var invoice = await database.Invoices.FromSql($"SELECT * FROM subscriptions.invoices WHERE stripe_invoice_id = {invoiceId} FOR UPDATE").SingleAsync(cancellationToken);
        var grants = await database.Grants.Where(grant => grant.InvoiceId == invoice.Id).ToListAsync(cancellationToken);
        var missing = ReversalPlan.For(
            invoice.StripeInvoiceId, grants.Where(grant => !grant.IsReversal).Sum(grant => grant.Credits), invoice.AmountPaidEuroCents, refunds, disputes,
            grants.Where(grant => grant.IsReversal).ToDictionary(grant => grant.BusinessKey, grant => grant.Credits, StringComparer.Ordinal));
        var now = time.GetUtcNow();
        foreach (var step in missing)
            database.Grants.Add(new PlanGrant
            {
                BusinessKey = step.BusinessKey, InvoiceId = invoice.Id, Credits = step.Credits, IsReversal = true, Description = step.Description, MonthFrom = invoice.CreatedAt, CreatedAt = now,
            });
        invoice.StripePaymentIntentId = intentId;
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (!await booking.BookAsync(invoice.SubscriptionId, cancellationToken))
            return new StripeOutcome.Retry("ledger_busy");
        return missing.Count > 0 ? StripeOutcome.Done : StripeOutcome.Nothing;
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
