using Mana.Kernel.Jobs;
using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>
/// Every night the months of paid years that are due, and of what went back of their money the share of the new months. Safe on several hosts: one at a time per
/// subscription, and the key of a month is stored once.
/// </summary>
internal sealed class YearlyDrip(SubscriptionsDbContext database, GrantBooking booking, TimeProvider time, ILogger<YearlyDrip> log) : IManaJob
{
    const int Batch = 200;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (last, given) = (Guid.Empty, 0);
        while (true)
        {
            // A year, and as long as hosts may have been down.
            var oldest = time.GetUtcNow().AddMonths(-24);
            var some = await database.Subscriptions.Where(row => row.Id > last && database.Invoices.Any(invoice => invoice.SubscriptionId == row.Id && invoice.YearFrom > oldest && invoice.Status == "paid"))
                .OrderBy(row => row.Id).Select(row => row.Id).Take(Batch).ToListAsync(cancellationToken);
            foreach (var subscription in some)
                given += await GiveAsync(subscription, cancellationToken);
            if (some.Count < Batch)
                break;
            last = some[^1];
        }

        if (given > 0)
            log.LogInformation("{Count} months of yearly plans were credited or evened out", given);
        await booking.BookAsync(null, cancellationToken);
    }

    async Task<int> GiveAsync(Guid id, CancellationToken cancellationToken)
    {
        database.ChangeTracker.Clear();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var missing = (await GrantBooks.LockAsync(database, id, cancellationToken)).Missing(time.GetUtcNow());
        database.Grants.AddRange(missing);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return missing.Count;
    }
}
