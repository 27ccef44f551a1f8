using Mana.Payments.Contracts;
using Mana.Subscriptions.Plans;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>Credits that an invoice gives, or takes back because it gave money back for a cheaper plan.</summary>
/// <param name="MonthFrom">Lies in the month that they are for.</param>
internal sealed record PlannedGrant(string BusinessKey, int Credits, DateTimeOffset MonthFrom);

/// <summary>What a paid invoice pays for.</summary>
/// <param name="Starts">A period begins with it; false: it changes one that had begun.</param>
internal sealed record Coverage(PlanPrice Price, DateTimeOffset From, DateTimeOffset Until, bool Starts)
{
    /// <summary>Eleven more months follow.</summary>
    public bool IsYear => Starts && Price.Interval == Data.SubscriptionRow.Yearly;
}

/// <summary>
/// What a paid invoice gives (commerce.md 6.6), read from the invoice alone: what the subscription has become since does not matter, nor which event came first.
/// </summary>
internal static class GrantPlan
{
    static bool IsOfPlan(StripeInvoice invoice) => invoice.BillingReason is "subscription_create" or "subscription_cycle" or "subscription_update";

    /// <summary>Somebody paid for a price that is no plan's: nothing can be given, and somebody must look.</summary>
    public static bool IsUnknown(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices) => invoice.Status == "paid" && IsOfPlan(invoice)
        && invoice.Lines.Any(line => line.Amount > 0) && !invoice.Lines.Any(line => line.Amount > 0 && line.PriceId is { } id && prices.ContainsKey(id));

    /// <summary>Null when it pays for nothing of ours; a trial's line costs nothing and pays for nothing.</summary>
    public static Coverage? CoverageOf(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices)
    {
        if (invoice.Status != "paid" || !IsOfPlan(invoice))
            return null;
        var bought = invoice.Lines.Where(one => one is { Amount: > 0, PriceId: { } id, PeriodStart: not null, PeriodEnd: not null } && prices.ContainsKey(id)).OrderBy(one => one.PeriodStart).ToList();
        var line = bought.FindLast(one => !one.Proration) ?? bought.LastOrDefault();
        return line is null ? null : new Coverage(prices[line.PriceId!], line.PeriodStart!.Value, line.PeriodEnd!.Value, !line.Proration);
    }

    /// <summary>When something new begins to be paid by this invoice, paid yet or not: what a year before it had still to give ends there.</summary>
    public static DateTimeOffset? StartOf(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices) => invoice.Status is "draft" or "void" || !IsOfPlan(invoice) ? null
        : invoice.Lines.Where(line => !line.Proration && line.Amount > 0 && line.PriceId is { } id && prices.ContainsKey(id)).Min(line => line.PeriodStart);

    /// <summary>What it gives: a period its month, a change the difference of the plans for the part of the months that had begun when it was paid.</summary>
    /// <param name="given">Credits that this subscription was given for the months between two moments; with them an upgrade never lifts a month above the plan's own, and nothing is taken back that was not given.</param>
    public static IEnumerable<PlannedGrant> For(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices, Func<DateTimeOffset, DateTimeOffset, int> given)
    {
        if (invoice.Status != "paid" || !IsOfPlan(invoice))
            yield break;
        var coverage = CoverageOf(invoice, prices);
        var isUpdate = invoice.BillingReason == "subscription_update";
        if (coverage is { Price.Plan.MonthlyCredits: > 0 } && !isUpdate)
            yield return new($"sub:{invoice.Id}:0", coverage.Price.Plan.MonthlyCredits, coverage.From);
        if (Change(invoice, prices, isUpdate ? coverage : null, given) is { } change)
            yield return change;
    }

    static PlannedGrant? Change(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices, Coverage? bought, Func<DateTimeOffset, DateTimeOffset, int> given)
    {
        var (worth, most, from, until, at) = (0m, 0m, DateTimeOffset.MaxValue, DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        foreach (var line in invoice.Lines.Where(one => one.Proration && one.Amount != 0))
        {
            if (line is not { PriceId: { } id, PeriodStart: { } start, PeriodEnd: { } end } || !prices.TryGetValue(id, out var price))
                continue;
            // Before a new period begins, nothing but the rest of the month is settled: what comes after is the new one's.
            var (months, count, monthFrom, monthUntil) = Begun(start, end, bought is { Starts: true } ? start : invoice.PaidAt ?? invoice.CreatedAt);
            worth += Math.Sign(line.Amount) * price.Plan.MonthlyCredits * months;
            most = Math.Max(most, line.Amount > 0 ? price.Plan.MonthlyCredits * count : 0);
            (from, until, at) = (Min(from, monthFrom), Max(until, monthUntil), Max(at, start));
        }

        var fresh = bought is { Starts: true } ? bought : null;
        if (fresh is not null)
            (worth, at, until) = (worth + fresh.Price.Plan.MonthlyCredits, fresh.From, Max(until, fresh.From.AddMonths(1)));
        var credits = (int)Math.Floor(worth);
        if (credits > 0)
            credits = Math.Min(credits, fresh is not null ? fresh.Price.Plan.MonthlyCredits - given(fresh.From, until) : (int)most - given(from, until));
        else if (credits < 0)
            return Math.Min(-credits, given(Min(from, at), until)) is > 0 and var back ? new($"sub:{invoice.Id}:prorate", -back, at) : null;
        return credits > 0 ? new($"sub:{invoice.Id}:prorate", credits, at) : null;
    }

    /// <summary>How much of the months of a period had begun at a moment: the rest of the first, and the whole of each that followed.</summary>
    static (decimal Months, int Count, DateTimeOffset From, DateTimeOffset Until) Begun(DateTimeOffset start, DateTimeOffset end, DateTimeOffset moment)
    {
        var back = 1;
        while (back < 24 && end.AddMonths(-back) > start)
            back++;
        var (from, until, count) = (end.AddMonths(-back), end.AddMonths(1 - back), 1);
        var months = Math.Clamp((until - start).Ticks / (decimal)(until - from).Ticks, 0m, 1m);
        while (--back > 0 && until <= moment)
            (months, count, until) = (months + 1, count + 1, end.AddMonths(1 - back));
        return (months, count, from, until);
    }

    static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
