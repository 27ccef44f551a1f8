using Mana.Credits.Contracts;
using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>
/// Tells the ledger what was decided. The decision is stored first, with its amount; booking it again changes nothing, because the ledger knows the key. So a
/// crash at any point gives neither too much nor too little.
/// </summary>
internal sealed class GrantBooking(SubscriptionsDbContext database, ICreditsIssuance ledger, TimeProvider time, SubscriptionsMetrics metrics, ILogger<GrantBooking> log)
{
    const int Most = 1000;

    /// <summary>Books what is open, of one invoice or of all. False when the ledger was busy: it is tried again later.</summary>
    public async Task<bool> BookAsync(Guid? subscriptionId, CancellationToken cancellationToken)
    {
        var open = await (from grant in database.Grants
                          join invoice in database.Invoices on grant.InvoiceId equals invoice.Id
                          join subscription in database.Subscriptions on invoice.SubscriptionId equals subscription.Id
                          where grant.BookedAt == null && (subscriptionId == null || subscription.Id == subscriptionId)
                          orderby grant.CreatedAt, grant.BusinessKey
                          select new { Grant = grant, invoice.UserId, invoice.StripeInvoiceId, invoice.SubscriptionId, subscription.PlanId }).Take(Most).ToListAsync(cancellationToken);
        var all = true;
        foreach (var item in open)
        {
            var grant = item.Grant;
            var metadata = System.Text.Json.JsonSerializer.Serialize(new { planId = item.PlanId, subscriptionId = item.SubscriptionId, invoiceId = item.StripeInvoiceId, period = grant.MonthFrom });
            var amount = CreditAmount.OfCredits(Math.Abs(grant.Credits));
            // Under a pseudonym nobody is left to have them.
            PostingResult? result = item.UserId.StartsWith(Stripe.Pseudonym.Prefix, StringComparison.Ordinal) ? null : grant switch
            {
                { IsReversal: false, Credits: > 0 } => await ledger.IssueAsync(new(item.UserId, amount, CreditSource.Plan, grant.BusinessKey, "subscriptions", grant.Description, metadata), cancellationToken),
                { Credits: < 0 } => await ledger.ClawBackAsync(new(item.UserId, amount, grant.BusinessKey, grant.Description, metadata), cancellationToken),
                _ => await ledger.IssueAsync(new(item.UserId, amount, CreditSource.ClawbackReversal, grant.BusinessKey, "stripe", grant.Description, metadata), cancellationToken),
            };
            if (result is PostingResult.Contention)
            {
                all = false;
                continue;
            }

            if (result is PostingResult.KeyMismatch)
            {
                // Not confirmed, so it stays open and is told again until somebody has looked.
                log.LogError("The ledger holds {Key} with another amount", grant.BusinessKey);
                continue;
            }

            if (result is PostingResult.Posted { Replayed: false } && grant is { IsReversal: false, Credits: > 0 })
                metrics.Granted(grant.Credits);
            await database.Grants.Where(row => row.BusinessKey == grant.BusinessKey).ExecuteUpdateAsync(set => set.SetProperty(row => row.BookedAt, time.GetUtcNow()), cancellationToken);
        }

        return all;
    }
}
