using Mana.Kernel.Jobs;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Stripe;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>
/// Every night the months of paid years that are due (<see cref="YearlyMonths"/>); for years of which some money went back, the share of the new months too.
/// Safe on several hosts: one at a time per subscription, and the key of a month is stored once.
/// </summary>
internal sealed class YearlyDrip(SubscriptionsDbContext database, GrantBooking booking, InvoiceSettlement settlement, TimeProvider time, ILogger<YearlyDrip> log) : IManaJob
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
            log.LogInformation("{Count} months of yearly plans were credited", given);
        await booking.BookAsync(null, cancellationToken);
        await SettleAsync(time.GetUtcNow().AddMonths(-24), cancellationToken);
    }

    async Task<int> GiveAsync(Guid id, CancellationToken cancellationToken)
    {
        database.ChangeTracker.Clear();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        // First the subscription, so that the invoices that are read then are all there are; then these, so that no refund is counted meanwhile.
        var subscription = await database.Subscriptions.FromSql($"SELECT * FROM subscriptions.subscriptions WHERE id = {id} FOR UPDATE").SingleAsync(cancellationToken);
        var invoices = await database.Invoices.FromSql($"SELECT * FROM subscriptions.invoices WHERE subscription_id = {id} FOR UPDATE").ToListAsync(cancellationToken);
        var ids = invoices.ConvertAll(invoice => invoice.Id);
        var grants = await database.Grants.AsNoTracking().Where(grant => ids.Contains(grant.InvoiceId)).ToListAsync(cancellationToken);
        var due = YearlyMonths.Due(subscription, [.. invoices.OrderBy(invoice => invoice.CreatedAt).ThenBy(invoice => invoice.StripeInvoiceId, StringComparer.Ordinal)], grants, time.GetUtcNow());
        database.Grants.AddRange(due);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return due.Count;
    }

    /// <summary>Each night, not only after a month was given: so one at which Stripe did not answer is made good in the next.</summary>
    async Task SettleAsync(DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        var reversed = await database.Invoices.AsNoTracking().Where(invoice => invoice.YearFrom > oldest && invoice.StripePaymentIntentId != null)
            .OrderBy(invoice => invoice.Id).Select(invoice => new { invoice.StripeInvoiceId, invoice.StripePaymentIntentId }).ToListAsync(cancellationToken);
        foreach (var year in reversed)
            if (await settlement.SettleAsync(year.StripeInvoiceId, year.StripePaymentIntentId!, cancellationToken) is StripeOutcome.Retry later)
                log.LogWarning("The refunds of invoice {Invoice} are settled another time: {Reason}", year.StripeInvoiceId, later.Reason);
    }
}
