using Mana.Payments.Contracts;
using Mana.Subscriptions.Plans;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>Credits that an invoice entitles to.</summary>
/// <param name="MonthFrom">Start of the month that they are for.</param>
/// <param name="YearFrom">Set when eleven more months follow.</param>
internal sealed record PlannedGrant(string BusinessKey, int Credits, DateTimeOffset MonthFrom, DateTimeOffset? YearFrom);

/// <summary>
/// What a paid invoice gives (commerce.md 6.6), read from the invoice alone: what the subscription has become since does not matter, nor which event came first.
/// </summary>
internal static class GrantPlan
{
    /// <summary>Null when it gives nothing.</summary>
    /// <param name="earlier">Credits that this subscription was given for the month that the line begins in; an upgrade never lifts them above the plan's own.</param>
    public static PlannedGrant? For(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices, Func<DateTimeOffset, int> earlier)
    {
        if (invoice.Status != "paid" || invoice.BillingReason is not ("subscription_create" or "subscription_cycle" or "subscription_update"))
            return null;
        // What is paid for; a trial's line costs nothing and gives nothing.
        var line = invoice.Lines.LastOrDefault(bought => bought.Amount > 0 && bought.PriceId is { } id && prices.ContainsKey(id));
        if (line is not { PriceId: { } priceId, PeriodStart: { } from, PeriodEnd: { } until })
            return null;
        var (plan, interval) = prices[priceId];
        DateTimeOffset? year = interval == "year" && !line.Proration ? from : null;
        if (invoice.BillingReason != "subscription_update")
            return plan.MonthlyCredits > 0 ? new($"sub:{invoice.Id}:0", plan.MonthlyCredits, from, year) : null;

        var before = invoice.Lines.Where(back => back.Amount < 0 && back.PriceId is { } id && prices.ContainsKey(id)).Select(back => prices[back.PriceId!].Plan.MonthlyCredits).DefaultIfEmpty(0).Max();
        var (monthFrom, monthUntil) = line.Proration ? MonthOf(from, until) : (from, until);
        var rest = line.Proration ? Part(from, monthFrom, monthUntil) : 1m;
        var more = Math.Min((int)(Math.Max(0, plan.MonthlyCredits - before) * rest), plan.MonthlyCredits - earlier(monthFrom));
        return more > 0 || year is not null ? new($"sub:{invoice.Id}:prorate", Math.Max(0, more), from, year) : null;
    }

    /// <summary>The month of a period, counted back from its end, that a moment lies in.</summary>
    static (DateTimeOffset From, DateTimeOffset Until) MonthOf(DateTimeOffset moment, DateTimeOffset periodEnd)
    {
        var back = 1;
        while (back < 24 && periodEnd.AddMonths(-back) > moment)
            back++;
        return (periodEnd.AddMonths(-back), periodEnd.AddMonths(1 - back));
    }

    static decimal Part(DateTimeOffset from, DateTimeOffset monthFrom, DateTimeOffset monthUntil) =>
        Math.Clamp((monthUntil - from).Ticks / (decimal)(monthUntil - monthFrom).Ticks, 0m, 1m);

    /// <summary>The months 1 to 11 of a year that has been paid at once, whose day has come.</summary>
    /// <param name="ended">When the subscription ended; months that begin later are not given.</param>
    public static IEnumerable<PlannedGrant> Due(string stripeInvoiceId, int monthlyCredits, DateTimeOffset yearFrom, DateTimeOffset? ended, DateTimeOffset now)
    {
        for (var month = 1; month <= 11; month++)
        {
            var from = yearFrom.AddMonths(month);
            if (from > now || (ended is { } end && from >= end))
                yield break;
            yield return new PlannedGrant($"sub:{stripeInvoiceId}:{month}", monthlyCredits, from, null);
        }
    }
}
