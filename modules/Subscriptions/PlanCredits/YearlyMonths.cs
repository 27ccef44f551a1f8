using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>
/// The months 1 to 11 of years that were paid at once (commerce.md 6.6), computed from the rows of one subscription, which the caller has locked: first the subscription,
/// then its invoices. Each is given when its day has come, once, by the plan that was paid when it came, while the plan is held. Money that went back ends it.
/// </summary>
internal static class YearlyMonths
{
    /// <summary>Months that have begun and are not given yet.</summary>
    /// <param name="invoices">All of the subscription, oldest first.</param>
    /// <param name="grants">All of the subscription.</param>
    public static List<PlanGrant> Due(SubscriptionRow subscription, IReadOnlyList<InvoiceRow> invoices, IReadOnlyCollection<PlanGrant> grants, DateTimeOffset now)
    {
        var due = new List<PlanGrant>();
        // What has ended gives the months that began before its end; what is alive must be paid for.
        if (subscription.EndedAt is null && !Entitlement.Holds(subscription.Status, subscription.CurrentPeriodEnd, now))
            return due;
        foreach (var (place, year) in invoices.Index())
        {
            if (year is not { YearFrom: { } from, CoversUntil: { } until, MonthlyCredits: { } own, Status: "paid" } || IsReversed(year, grants))
                continue;
            for (var month = 1; month <= 11; month++)
            {
                // Counted from the end, as Stripe's part of a month is: so no moment lies in two months or in none.
                var begins = until.AddMonths(month - 12);
                if (begins > now || begins >= (subscription.EndedAt ?? DateTimeOffset.MaxValue) || begins >= (year.YearUntil ?? DateTimeOffset.MaxValue))
                    break;
                var key = $"sub:{year.StripeInvoiceId}:{month}";
                var credits = invoices.Skip(place + 1).LastOrDefault(later => Pays(later, begins) && !IsReversed(later, grants))?.MonthlyCredits ?? own;
                if (credits > 0 && begins > from && !grants.Any(grant => grant.BusinessKey == key))
                    due.Add(new PlanGrant
                    {
                        BusinessKey = key, InvoiceId = year.Id, Credits = credits, IsReversal = false, Description = "Credits of your plan", MonthFrom = begins, CreatedAt = now,
                    });
            }
        }

        return due;
    }

    /// <summary>Whether an upgrade counts for a month: one that was paid when the month began. Months before are settled by <see cref="GrantPlan"/>.</summary>
    static bool Pays(InvoiceRow invoice, DateTimeOffset month) => invoice is { Status: "paid", MonthlyCredits: not null } && invoice.CoversFrom < month && (invoice.PaidAt ?? invoice.CreatedAt) < month && month < invoice.CoversUntil;

    /// <summary>Everything that it gave went back.</summary>
    static bool IsReversed(InvoiceRow invoice, IReadOnlyCollection<PlanGrant> grants)
    {
        var own = grants.Where(grant => grant.InvoiceId == invoice.Id).ToLookup(grant => grant.IsReversal, grant => grant.Credits);
        return own[true].Sum() is < 0 and var back && -back >= own[false].Sum();
    }
}
