using Mana.Kernel.Jobs;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>Books what a crash or a busy ledger left open, and counts for the metrics. Safe on several hosts: the ledger books a key once.</summary>
internal sealed class SubscriptionUpkeep(SubscriptionsDbContext database, GrantBooking booking, SubscriptionsMetrics metrics) : IManaJob
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await booking.BookAsync(null, cancellationToken);
        var counts = await (from row in database.Subscriptions
                            join plan in database.Plans on row.PlanId equals plan.Id
                            group row by new { plan.Name, row.BillingInterval, row.Status } into same
                            select new { same.Key.Name, same.Key.BillingInterval, same.Key.Status, Count = same.LongCount() }).ToListAsync(cancellationToken);
        metrics.Counts = [.. counts.Select(count => (count.Name, count.BillingInterval, count.Status, count.Count))];
    }
}

/// <summary>
/// Months 1 to 11 of years that were paid at once (commerce.md 6.6): each when its day has come, once, while the plan is held. Money that went back ends it.
/// Safe on several hosts: the key of a month is stored once.
/// </summary>
internal sealed class YearlyDrip(SubscriptionsDbContext database, GrantBooking booking, TimeProvider time, ILogger<YearlyDrip> log) : IManaJob
{
    const int Batch = 200;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (last, given) = (Guid.Empty, 0);
        while (true)
        {
            var now = time.GetUtcNow();
            // A year, and as long as hosts may have been down.
            var oldest = now.AddMonths(-24);
            var years = await (from invoice in database.Invoices.AsNoTracking()
                               join subscription in database.Subscriptions on invoice.SubscriptionId equals subscription.Id
                               join plan in database.Plans on subscription.PlanId equals plan.Id
                               where invoice.YearFrom != null && invoice.YearFrom > oldest && invoice.Status == "paid" && invoice.Id > last
                               orderby invoice.Id
                               select new Year(invoice, subscription, plan.MonthlyCredits)).Take(Batch).ToListAsync(cancellationToken);
            foreach (var year in years)
                given += await GiveAsync(year, now, cancellationToken);
            if (years.Count < Batch)
                break;
            last = years[^1].Invoice.Id;
        }

        if (given > 0)
            log.LogInformation("{Count} months of yearly plans were credited", given);
        await booking.BookAsync(null, cancellationToken);
    }

    async Task<int> GiveAsync(Year year, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (invoice, subscription) = (year.Invoice, year.Subscription);
        // What has ended gives the months that began before its end; what is alive must be paid for.
        if (year.MonthlyCredits == 0 || (subscription.EndedAt is null && !Entitlement.Holds(subscription.Status, subscription.CurrentPeriodEnd, now)))
            return 0;
        var grants = await database.Grants.AsNoTracking().Where(grant => grant.InvoiceId == invoice.Id).ToListAsync(cancellationToken);
        var reversed = -grants.Where(grant => grant.IsReversal).Sum(grant => grant.Credits);
        if (reversed > 0 && reversed >= grants.Where(grant => !grant.IsReversal).Sum(grant => grant.Credits))
            return 0;
        var (known, given) = (grants.Select(grant => grant.BusinessKey).ToHashSet(StringComparer.Ordinal), 0);
        foreach (var month in GrantPlan.Due(invoice.StripeInvoiceId, year.MonthlyCredits, invoice.YearFrom!.Value, subscription.EndedAt, now).Where(month => !known.Contains(month.BusinessKey)))
            given += await database.Database.ExecuteSqlAsync($"""
                INSERT INTO subscriptions.plan_grants (business_key, invoice_id, credits, is_reversal, description, month_from, created_at)
                VALUES ({month.BusinessKey}, {invoice.Id}, {month.Credits}, false, 'Credits of your plan', {month.MonthFrom}, {now}) ON CONFLICT DO NOTHING
                """, cancellationToken);
        return given;
    }

    sealed record Year(InvoiceRow Invoice, SubscriptionRow Subscription, int MonthlyCredits);
}
