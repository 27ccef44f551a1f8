using Mana.Kernel.Jobs;
using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;

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
