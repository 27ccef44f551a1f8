using Mana.Credits.Contracts;
using Mana.Kernel.Database;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.PlanCredits;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Stripe;

/// <summary>
/// Takes back of what an invoice gave the share of its money that went back (commerce.md 7.8). Also after it gave more: each month of a year of which half was refunded gives half.
/// </summary>
internal sealed class InvoiceSettlement(IStripeApi stripe, NamedLocks locks, GrantBooking booking, SubscriptionsDbContext database, TimeProvider time)
{
    public static readonly StripeOutcome Unavailable = new StripeOutcome.Retry("stripe_unavailable");

    public async Task<StripeOutcome> SettleAsync(string invoiceId, string intentId, CancellationToken cancellationToken)
    {
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
            invoice.StripeInvoiceId, Math.Max(0, grants.Where(grant => !grant.IsReversal).Sum(grant => grant.Credits)), invoice.AmountPaidEuroCents, refunds, disputes,
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
}
