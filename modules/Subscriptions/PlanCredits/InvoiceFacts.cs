using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>A period that begins with an invoice.</summary>
internal sealed record Coverage(PlanPrice Price, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>Eleven more months follow.</summary>
    public bool IsYear => Price.Interval == SubscriptionRow.Yearly;
}

/// <summary>
/// What an invoice of Stripe's pays for, in credits of our plans (commerce.md 6.6), read from the invoice alone. It is read once, when the invoice is first seen paid, and
/// stays: a plan that gives more later gives nothing for what was paid before.
/// </summary>
internal static class InvoiceFacts
{
    public const string Change = "subscription_update";

    static bool IsOfPlan(StripeInvoice invoice) => invoice.BillingReason is "subscription_create" or "subscription_cycle" or Change;

    /// <summary>Somebody paid for a price that is no plan's: nothing can be given, and somebody must look.</summary>
    public static bool IsUnknown(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices) => invoice.Status == "paid" && IsOfPlan(invoice)
        && invoice.Lines.Any(line => line.Amount > 0) && !invoice.Lines.Any(line => line.Amount > 0 && line.PriceId is { } id && prices.ContainsKey(id));

    /// <summary>When something new begins to be paid by this invoice, paid yet or not: what a year before it had still to give ends there.</summary>
    public static DateTimeOffset? StartOf(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices) => invoice.Status is "draft" or "void" || !IsOfPlan(invoice) ? null
        : invoice.Lines.Where(line => !line.Proration && line.Amount > 0 && line.PriceId is { } id && prices.ContainsKey(id)).Min(line => line.PeriodStart);

    /// <summary>Null when no period of ours begins with it; a trial's line costs nothing and pays for nothing.</summary>
    public static Coverage? CoverageOf(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices) => !IsOfPlan(invoice) ? null
        : Priced(invoice, prices).Where(line => line is { IsProration: false, Credits: >= 0 }).OrderBy(line => line.From).Select(line => new Coverage(line.Price, line.From, line.Until)).LastOrDefault();

    /// <summary>What it settles of the period that had begun: less of one plan, more of another. The first month of a period that begins with a change is settled together with what is left of the old one.</summary>
    public static List<Proration> ProrationsOf(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices)
    {
        if (!IsOfPlan(invoice))
            return [];
        var settled = Priced(invoice, prices).Where(line => line.IsProration).Select(line => new Proration(line.From, line.Until, line.Credits)).ToList();
        if (invoice.BillingReason == Change && CoverageOf(invoice, prices) is { } begun)
            settled.Add(new(begun.From, begun.From.AddMonths(1), begun.Price.Plan.MonthlyCredits));
        return settled;
    }

    static IEnumerable<(PlanPrice Price, DateTimeOffset From, DateTimeOffset Until, int Credits, bool IsProration)> Priced(StripeInvoice invoice, IReadOnlyDictionary<string, PlanPrice> prices)
    {
        foreach (var line in invoice.Lines.Where(line => line.Amount != 0))
            if (line is { PriceId: { } id, PeriodStart: { } from, PeriodEnd: { } until } && prices.TryGetValue(id, out var price) && (line.Proration || line.Amount > 0))
                yield return (price, from, until, Math.Sign(line.Amount) * price.Plan.MonthlyCredits, line.Proration);
    }
}
