using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>Credits that an invoice gives by now, before any of its money went back; negative: that it takes, because it gave money back for a dearer plan.</summary>
/// <param name="Key">The ledger's; see commerce.md 6.6.</param>
/// <param name="At">Lies in the month that they are for.</param>
internal sealed record Claim(string Key, InvoiceRow Invoice, int Credits, DateTimeOffset At);

/// <summary>
/// What the paid invoices of a subscription give by now, computed from the rows alone, oldest first. An invoice is given what it pays for, up to what is missing in that month
/// to the credits of its plan; what older invoices give counts only as far as their money is still here. So the same invoices and the same money come to the same credits, in
/// whatever order one hears of them, and a payment that went back leaves its place to one that did not.
/// </summary>
internal static class GrantPlan
{
    /// <summary>All that is given by now; one claim for each key.</summary>
    /// <param name="invoices">All of the subscription, oldest first.</param>
    /// <param name="begun">Months of which something was given: they have begun, whatever our clock says.</param>
    public static List<Claim> For(SubscriptionRow subscription, IReadOnlyList<InvoiceRow> invoices, IReadOnlySet<DateTimeOffset> begun, DateTimeOffset now)
    {
        // What has ended gives the months that began before its end; what is alive must be paid for.
        var isHeld = subscription.EndedAt is not null || Entitlement.Holds(subscription.Status, subscription.PaidUntil, now);
        var claims = new List<Claim>();
        var years = new List<(InvoiceRow Year, List<Month> Months)>();
        foreach (var invoice in invoices.Where(invoice => invoice is { Status: "paid", Prorations: not null }))
        {
            var key = "sub:" + invoice.StripeInvoiceId;
            if (invoice is { MonthlyCredits: > 0 and { } monthly, CoversFrom: { } from } && invoice.BillingReason != InvoiceFacts.Change)
                claims.Add(new(key + ":0", invoice, monthly, from));
            foreach (var (i, change) in invoice.Prorations!.GroupBy(part => part.From).OrderBy(change => change.Key).Index())
                if (RestOfMonth(invoice, [.. change], claims) is not 0 and var credits)
                    claims.Add(new(key + (i == 0 ? ":prorate" : $":prorate{i + 1}"), invoice, credits, change.Key));
            foreach (var month in years.SelectMany(year => year.Months))
                if (Lift(invoice.Prorations!, month, claims) is not 0 and var credits)
                    claims.Add(new($"{key}:m{month.Number}", invoice, credits, month.From));
            if (invoice is not { YearFrom: not null, MonthlyCredits: { } own })
                continue;
            var months = MonthsOf(invoice, subscription.EndedAt).Where(month => (isHeld && month.From <= now) || begun.Contains(month.From)).ToList();
            years.Add((invoice, months));
            claims.AddRange(months.Where(_ => own > 0).Select(month => new Claim($"{key}:{month.Number}", invoice, own, month.From)));
        }

        return claims;
    }

    /// <summary>A change settles the rest of the month in which it happened: the difference of the plans, as far as the month is not at the dearer one's, or was given more than the smaller one's.</summary>
    static int RestOfMonth(InvoiceRow invoice, List<Proration> change, List<Claim> claims)
    {
        var at = change[0].From;
        var (worth, month, until) = (0m, at, at);
        foreach (var part in change)
        {
            var (fraction, monthFrom, monthUntil) = FirstMonth(part);
            (worth, month, until) = (worth + (part.Credits * fraction), Min(month, monthFrom), Max(until, monthUntil));
        }

        var credits = (int)Math.Floor(worth);
        // Where a new period begins, the part of the month before it is not counted: it is not paid again.
        return credits > 0
            ? Math.Clamp(Dearest(change) - Level(claims, invoice.CoversFrom == at ? at : month, until), 0, credits)
            : -Math.Min(-credits, Level(claims, month, until));
    }

    /// <summary>And of each month of the year that begins later.</summary>
    static int Lift(List<Proration> prorations, Month month, List<Claim> claims)
    {
        var parts = prorations.Where(part => part.From < month.From && month.From < part.Until).OrderBy(part => part.From).ToList();
        var credits = parts.Sum(part => part.Credits);
        return credits > 0
            ? Math.Clamp(parts.Last(part => part.Credits > 0).Credits - Level(claims, month.From, month.Until), 0, credits)
            : -Math.Min(-credits, Level(claims, month.From, month.Until));
    }

    static int Dearest(List<Proration> change) => change.Max(part => part.Credits);

    /// <summary>What is given, and paid for still, between two moments.</summary>
    static int Level(List<Claim> claims, DateTimeOffset from, DateTimeOffset until) =>
        Math.Max(0, claims.Where(claim => claim.At >= from && claim.At < until).Sum(claim => claim.Credits - MoneyBack.Of(claim.Invoice, claim.Credits)));

    /// <summary>Months 1 to 11 of a paid year, up to where it was left. Counted from the end, as Stripe's part of a month is: so no moment lies in two months or in none.</summary>
    static IEnumerable<Month> MonthsOf(InvoiceRow year, DateTimeOffset? endedAt)
    {
        for (var number = 1; number <= 11; number++)
        {
            var (from, until) = (year.CoversUntil!.Value.AddMonths(number - 12), year.CoversUntil.Value.AddMonths(number - 11));
            if (from > year.YearFrom && !(from >= endedAt) && !(from >= year.YearUntil))
                yield return new(number, from, until);
        }
    }

    /// <summary>The month of a period in which its rest begins, and how much of it that is.</summary>
    static (decimal Fraction, DateTimeOffset From, DateTimeOffset Until) FirstMonth(Proration part)
    {
        var back = 1;
        while (back < 24 && part.Until.AddMonths(-back) > part.From)
            back++;
        var (from, until) = (part.Until.AddMonths(-back), part.Until.AddMonths(1 - back));
        return (Math.Clamp((until - part.From).Ticks / (decimal)(until - from).Ticks, 0m, 1m), from, until);
    }

    static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    sealed record Month(int Number, DateTimeOffset From, DateTimeOffset Until);
}
