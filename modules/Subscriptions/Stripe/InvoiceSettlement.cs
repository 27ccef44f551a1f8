using Mana.Credits.Contracts;
using Mana.Kernel.Database;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.PlanCredits;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Stripe;

/// <summary>
/// Writes down how much of an invoice's money went back, and takes back that share of what it gave (commerce.md 7.8). In the same transaction everything else of the
/// subscription is brought up to that: another upgrade may stand in for one whose money went back, and give up the place when it comes again.
/// </summary>
internal sealed class InvoiceSettlement(IStripeApi stripe, IPaymentRisk risk, NamedLocks locks, GrantBooking booking, SubscriptionsDbContext database, TimeProvider time)
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
        await ReportAsync(invoiceId, intentId, disputes, cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var subscription = await database.Invoices.Where(row => row.StripeInvoiceId == invoiceId).Select(row => row.SubscriptionId).SingleAsync(cancellationToken);
        var books = await GrantBooks.LockAsync(database, subscription, cancellationToken);
        var invoice = books.Invoices.Single(row => row.StripeInvoiceId == invoiceId);
        invoice.StripePaymentIntentId = intentId;
        invoice.RefundedEuroCents = (int)refunds.Where(refund => refund.Status is not ("failed" or "canceled")).Sum(refund => refund.Amount);
        invoice.IsDisputed = disputes.Any(dispute => ReversalPlan.MovesMoney(dispute) && dispute.Status != "won");

        var now = time.GetUtcNow();
        var steps = ReversalPlan.For(
            invoice.StripeInvoiceId, MoneyBack.PaidPart(invoice, GrantBooks.Gross(books.Grants, invoice)), invoice.AmountPaidEuroCents, refunds, disputes,
            books.Grants.Where(grant => grant.InvoiceId == invoice.Id && grant.IsReversal).ToDictionary(grant => grant.BusinessKey, grant => grant.Credits, StringComparer.Ordinal));
        List<PlanGrant> missing = [.. steps.Select(step => GrantBooks.New(invoice, step.BusinessKey, step.Credits, true, step.Description, invoice.CreatedAt, now))];
        books.Grants.AddRange(missing);
        missing.AddRange(books.Missing(now));
        database.Grants.AddRange(missing);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (!await booking.BookAsync(subscription, cancellationToken))
            return new StripeOutcome.Retry("ledger_busy");
        return missing.Count > 0 ? StripeOutcome.Done : StripeOutcome.Nothing;
    }

    /// <summary>Before the credits: whoever loses them is flagged already, and a report that fails is repeated with the event.</summary>
    async Task ReportAsync(string invoiceId, string intentId, IReadOnlyList<StripeDispute> disputes, CancellationToken cancellationToken)
    {
        if (!disputes.Any(ReversalPlan.MovesMoney))
            return;
        var userId = await database.Invoices.Where(row => row.StripeInvoiceId == invoiceId).Select(row => row.UserId).SingleAsync(cancellationToken);
        if (!Pseudonym.Is(userId))
            await risk.ReportAsync(userId, intentId, cancellationToken);
    }
}
