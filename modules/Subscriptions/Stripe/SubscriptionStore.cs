using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Notices;
using Mana.Subscriptions.PlanCredits;
using Mana.Subscriptions.Plans;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Stripe;

/// <summary>Writes down what Stripe has, what that gives, and what somebody must be told: in one transaction.</summary>
internal sealed class SubscriptionStore(SubscriptionsDbContext database, EventWriter events, IIdSource ids, TimeProvider time)
{
    /// <summary>First what everything pays for, then what all of it together gives by now (<see cref="GrantBooks"/>).</summary>
    /// <param name="invoices">Oldest first.</param>
    public async Task<Stored> ApplyAsync(
        StripeSubscription subscription, IReadOnlyList<StripeInvoice> invoices, string userId, Plan plan, IReadOnlyDictionary<string, PlanPrice> prices, CancellationToken cancellationToken)
    {
        database.ChangeTracker.Clear();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var row = await RowAsync(subscription, userId, plan, prices, now, cancellationToken);
        var stored = await database.Invoices.FromSql($"SELECT * FROM subscriptions.invoices WHERE subscription_id = {row.Id} FOR UPDATE")
            .ToDictionaryAsync(invoice => invoice.StripeInvoiceId, StringComparer.Ordinal, cancellationToken);
        var all = new List<(InvoiceRow Row, StripeInvoice Invoice)>();
        foreach (var invoice in invoices.Where(invoice => invoice.Status != "draft"))
        {
            if (!stored.TryGetValue(invoice.Id, out var known))
                database.Invoices.Add(stored[invoice.Id] = known = New(invoice, row));
            Update(known, invoice);
            Read(known, invoice, prices, [.. all.Select(before => before.Row)], now);
            all.Add((known, invoice));
        }

        row.PaidUntil = stored.Values.Where(invoice => invoice is { Status: "paid", CoversUntil: not null }).Select(invoice => invoice.YearUntil ?? invoice.CoversUntil!.Value)
            .Append(row.TrialEnd ?? row.CreatedAt).Append(row.CreatedAt).Max();
        // What Stripe says was paid or has ended has happened, also when our clock is a little behind: an upgrade must find the months that began before it.
        var moment = all.Select(one => one.Invoice.PaidAt ?? one.Invoice.CreatedAt).Append(row.EndedAt ?? now).Append(now).Max();
        var books = new GrantBooks(row, GrantBooks.Ordered(stored.Values), await GrantBooks.GrantsAsync(database, row.Id, cancellationToken));
        database.Grants.AddRange(books.Missing(moment));
        var result = new Stored(false, all.Exists(one => one.Row.DecidedAt is null && InvoiceFacts.IsUnknown(one.Invoice, prices)));
        if (!database.ChangeTracker.HasChanges())
            return result;
        if (database.Entry(row).State == EntityState.Modified)
            row.UpdatedAt = now;
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result with { Changed = true };
    }

    async Task<SubscriptionRow> RowAsync(StripeSubscription from, string userId, Plan plan, IReadOnlyDictionary<string, PlanPrice> prices, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var item = from.Items.Count > 0 ? from.Items[0] : null;
        var row = await database.Subscriptions.FromSql($"SELECT * FROM subscriptions.subscriptions WHERE stripe_subscription_id = {from.Id} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);
        var before = row is null ? default : (row.Status, row.PlanId);
        if (row is null)
            database.Subscriptions.Add(row = new SubscriptionRow
            {
                Id = ids.NewGuid(), UserId = userId, PlanId = plan.Id, StripeSubscriptionId = from.Id, Status = from.Status, BillingInterval = SubscriptionRow.Monthly,
                CreatedAt = from.CreatedAt == default ? now : from.CreatedAt, UpdatedAt = now,
            });
        (row.PlanId, row.Status, row.StripeCustomerId) = (plan.Id, from.Status, from.CustomerId ?? row.StripeCustomerId);
        row.StripePriceId = item?.PriceId ?? row.StripePriceId;
        var interval = item?.Interval ?? (item is not null && prices.TryGetValue(item.PriceId, out var price) ? price.Interval : row.BillingInterval);
        row.BillingInterval = interval == SubscriptionRow.Yearly ? SubscriptionRow.Yearly : SubscriptionRow.Monthly;
        (row.CurrentPeriodStart, row.CurrentPeriodEnd) = (from.CurrentPeriodStart ?? row.CurrentPeriodStart, from.CurrentPeriodEnd ?? row.CurrentPeriodEnd);
        (row.CancelAtPeriodEnd, row.CanceledAt, row.EndedAt) = (from.CancelAtPeriodEnd, from.CanceledAt, from.EndedAt);
        (row.TrialStart, row.TrialEnd) = (from.TrialStart, from.TrialEnd);
        if (before != (row.Status, row.PlanId))
            events.Add(database, new SubscriptionChanged(row.UserId, row.PlanId, row.Status));
        return row;
    }

    InvoiceRow New(StripeInvoice invoice, SubscriptionRow subscription) => new()
    {
        Id = ids.NewGuid(), UserId = subscription.UserId, SubscriptionId = subscription.Id, StripeInvoiceId = invoice.Id, Currency = invoice.Currency, CreatedAt = invoice.CreatedAt,
    };

    void Update(InvoiceRow row, StripeInvoice from)
    {
        if (from.Status == "open" && from.AttemptCount > row.Attempts)
            events.Add(database, new SubscriptionNotice(row.UserId, SubscriptionNotice.PaymentFailed, $"{from.Id}:{from.AttemptCount}", from.NextPaymentAttempt));
        (row.Number, row.Status, row.BillingReason, row.Attempts) = (from.Number, from.Status, from.BillingReason, from.AttemptCount);
        (row.AmountDueEuroCents, row.AmountPaidEuroCents, row.TotalEuroCents, row.Currency) = ((int)from.AmountDue, (int)from.AmountPaid, (int)from.Total, from.Currency);
        row.StripeCustomerId = from.CustomerId ?? row.StripeCustomerId;
        // Links lead to a name and an address: not for somebody who was erased.
        var isErased = row.UserId.StartsWith(Pseudonym.Prefix, StringComparison.Ordinal);
        (row.HostedInvoiceUrl, row.InvoicePdfUrl) = isErased ? (null, null) : (from.HostedInvoiceUrl, from.InvoicePdf);
        (row.PeriodStart, row.PeriodEnd, row.DueDate, row.PaidAt) = (from.PeriodStart, from.PeriodEnd, from.DueDate, from.PaidAt);
    }

    /// <summary>What an invoice pays for, read once, and where what was paid before ends; a price that is no plan's yet is looked up again each time.</summary>
    static void Read(InvoiceRow row, StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices, IReadOnlyList<InvoiceRow> before, DateTimeOffset now)
    {
        row.YearUntil = null;
        if (InvoiceFacts.StartOf(invoice, prices) is { } start)
            foreach (var year in before.Where(year => year.YearFrom is not null && (year.YearUntil is null || start < year.YearUntil)))
                year.YearUntil = start;
        if (row.Prorations is not null || invoice.Status != "paid" || InvoiceFacts.IsUnknown(invoice, prices))
            return;
        var coverage = InvoiceFacts.CoverageOf(invoice, prices);
        (row.CoversFrom, row.CoversUntil, row.YearFrom) = (coverage?.From, coverage?.Until, coverage is { IsYear: true } ? coverage.From : null);
        row.MonthlyCredits = coverage is null ? null : row.MonthlyCredits ?? coverage.Price.Plan.MonthlyCredits;
        row.Prorations = InvoiceFacts.ProrationsOf(invoice, prices);
        row.DecidedAt ??= now;
    }
}

/// <summary>What came of looking at a subscription.</summary>
/// <param name="Changed">False: everything was as it is.</param>
/// <param name="IsPriceUnknown">Somebody paid for a price that is no plan's.</param>
internal sealed record Stored(bool Changed, bool IsPriceUnknown);

/// <summary>What stands for a person who was erased.</summary>
internal static class Pseudonym
{
    public const string Prefix = "erased-";

    public static bool Is(string userId) => userId.StartsWith(Prefix, StringComparison.Ordinal);
}
