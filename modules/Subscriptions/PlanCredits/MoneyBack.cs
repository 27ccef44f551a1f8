using Mana.Subscriptions.Data;

namespace Mana.Subscriptions.PlanCredits;

/// <summary>How much of the credits of an invoice goes back with the money that went back. Computed from what Stripe said, never from what was booked.</summary>
internal static class MoneyBack
{
    const int Whole = 1_000_000;

    /// <summary>The part of the credits that its payment paid for. What the customer's balance paid cannot go back with the payment.</summary>
    public static int PaidPart(InvoiceRow invoice, int credits) => invoice.AmountPaidEuroCents <= 0 ? 0
        : invoice.TotalEuroCents > invoice.AmountPaidEuroCents ? (int)((long)credits * invoice.AmountPaidEuroCents / invoice.TotalEuroCents) : credits;

    /// <summary>The part of the credits that goes back: of a disputed payment all that it paid for, else by the share that was refunded. The same as Credits' ReversalPlan books.</summary>
    public static int Of(InvoiceRow invoice, int credits)
    {
        var paid = PaidPart(invoice, Math.Max(0, credits));
        if (invoice.IsDisputed)
            return paid;
        return paid == 0 ? 0 : (int)((long)paid * Math.Min(invoice.RefundedEuroCents, invoice.AmountPaidEuroCents) / invoice.AmountPaidEuroCents);
    }

    /// <summary>Nothing of what it gives is left, whatever that is.</summary>
    public static bool IsAll(InvoiceRow invoice) => Of(invoice, Whole) == Whole;
}
