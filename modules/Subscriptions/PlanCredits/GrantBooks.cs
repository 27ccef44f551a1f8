using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>A subscription, its invoices oldest first, and what was decided about them; locked, so that nobody decides meanwhile.</summary>
internal sealed record GrantBooks(SubscriptionRow Subscription, IReadOnlyList<InvoiceRow> Invoices, List<PlanGrant> Grants)
{
    /// <summary>Between the key of a claim and the number of an entry that evens it out.</summary>
    const char Again = '~';

    /// <summary>First the subscription, so that the invoices that are read then are all there are.</summary>
    public static async Task<GrantBooks> LockAsync(SubscriptionsDbContext database, Guid id, CancellationToken cancellationToken)
    {
        var subscription = await database.Subscriptions.FromSql($"SELECT * FROM subscriptions.subscriptions WHERE id = {id} FOR UPDATE").SingleAsync(cancellationToken);
        var invoices = await database.Invoices.FromSql($"SELECT * FROM subscriptions.invoices WHERE subscription_id = {id} FOR UPDATE").ToListAsync(cancellationToken);
        return new(subscription, Ordered(invoices), await GrantsAsync(database, id, cancellationToken));
    }

    public static Task<List<PlanGrant>> GrantsAsync(SubscriptionsDbContext database, Guid id, CancellationToken cancellationToken) =>
        (from grant in database.Grants.AsNoTracking() join invoice in database.Invoices on grant.InvoiceId equals invoice.Id where invoice.SubscriptionId == id select grant).ToListAsync(cancellationToken);

    public static List<InvoiceRow> Ordered(IEnumerable<InvoiceRow> invoices) => [.. invoices.OrderBy(invoice => invoice.CreatedAt).ThenBy(invoice => invoice.StripeInvoiceId, StringComparer.Ordinal)];

    /// <summary>
    /// The entries that are missing, so that every claim of <see cref="GrantPlan"/> is given with its amount, and of what each invoice gave the part is taken back whose money
    /// went back. Nothing that was decided is changed: a difference is an entry of its own. Twice in a row gives nothing the second time.
    /// </summary>
    public List<PlanGrant> Missing(DateTimeOffset now)
    {
        // Read by an older version: what it settles is known after the next look at Stripe. Until then all stays as it is.
        if (Invoices.Any(invoice => invoice is { DecidedAt: not null, Prorations: null }))
            return [];
        var given = Grants.Where(grant => !grant.IsReversal).ToLookup(grant => grant.BusinessKey.Split(Again)[0], StringComparer.Ordinal);
        var claims = GrantPlan.For(Subscription, Invoices, given.SelectMany(same => same).Select(grant => grant.MonthFrom).ToHashSet(), now);
        // What was given and is claimed no more: a year was left before that month, as we learn only now.
        foreach (var same in given.Where(same => !claims.Exists(claim => claim.Key == same.Key)))
            claims.Add(new(same.Key, Invoices.Single(invoice => invoice.Id == same.First().InvoiceId), 0, same.First().MonthFrom));
        var missing = new List<PlanGrant>();
        foreach (var claim in claims)
            // Of an invoice whose money is gone nothing is left, so nothing is given to be taken back at once.
            if (!MoneyBack.IsAll(claim.Invoice) && claim.Credits - given[claim.Key].Sum(grant => grant.Credits) is not 0 and var credits)
                missing.Add(New(claim.Invoice, NextKey(claim.Key, given[claim.Key].Count()), credits, false, credits > 0 ? "Credits of your plan" : "Change to a smaller plan", claim.At, now));
        foreach (var invoice in Invoices)
            if (Back([.. Grants, .. missing], invoice) is not 0 and var credits)
                missing.Add(New(invoice, SettleKey(invoice), credits, true, "Refund settled", invoice.CreatedAt, now));
        return missing;
    }

    public static PlanGrant New(InvoiceRow invoice, string key, int credits, bool isReversal, string description, DateTimeOffset month, DateTimeOffset now) => new()
    {
        BusinessKey = key, InvoiceId = invoice.Id, Credits = credits, IsReversal = isReversal, Description = description, MonthFrom = month, CreatedAt = now,
    };

    /// <summary>What the invoice gives, before any of its money went back.</summary>
    public static int Gross(IEnumerable<PlanGrant> grants, InvoiceRow invoice) => Math.Max(0, grants.Where(grant => grant.InvoiceId == invoice.Id && !grant.IsReversal).Sum(grant => grant.Credits));

    /// <summary>What is still to be taken back of an invoice (below zero), or was taken too much.</summary>
    static int Back(List<PlanGrant> grants, InvoiceRow invoice) =>
        -MoneyBack.Of(invoice, Gross(grants, invoice)) - grants.Where(grant => grant.InvoiceId == invoice.Id && grant.IsReversal).Sum(grant => grant.Credits);

    static string NextKey(string key, int before) => before == 0 ? key : $"{key}{Again}{before + 1}";

    /// <summary>Counted as Credits' ReversalPlan does, which makes such entries too.</summary>
    string SettleKey(InvoiceRow invoice)
    {
        var prefix = "stripe-settle:" + invoice.StripeInvoiceId;
        return $"{prefix}:{Grants.Count(grant => grant.InvoiceId == invoice.Id && grant.BusinessKey.StartsWith(prefix, StringComparison.Ordinal)) + 1}";
    }
}
