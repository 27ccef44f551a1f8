namespace Mana.Subscriptions.Data;

/// <summary>A subscription as Stripe had it when we last asked. Stripe is the authority; nothing here is changed for any other reason.</summary>
internal sealed class SubscriptionRow
{
    public const string Monthly = "month";
    public const string Yearly = "year";

    /// <summary>One of these per person at most (commerce.md 6.5, W-45).</summary>
    public static readonly string[] Live = ["active", "trialing", "past_due", "unpaid", "paused"];

    public required Guid Id { get; init; }

    public required string UserId { get; set; }

    public required Guid PlanId { get; set; }

    public required string StripeSubscriptionId { get; init; }

    public string? StripeCustomerId { get; set; }

    public string? StripePriceId { get; set; }

    public required string Status { get; set; }

    public required string BillingInterval { get; set; }

    public DateTimeOffset? CurrentPeriodStart { get; set; }

    public DateTimeOffset? CurrentPeriodEnd { get; set; }

    /// <summary>Until when it was paid for or tried; its beginning when nothing was. Who does not pay keeps the plan for a week from here.</summary>
    public DateTimeOffset PaidUntil { get; set; }

    public bool CancelAtPeriodEnd { get; set; }

    public DateTimeOffset? CanceledAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public DateTimeOffset? TrialStart { get; set; }

    public DateTimeOffset? TrialEnd { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public bool IsLive => Live.Contains(Status);
}

/// <summary>An invoice as Stripe had it when we last asked.</summary>
internal sealed class InvoiceRow
{
    public required Guid Id { get; init; }

    public required string UserId { get; set; }

    public required Guid SubscriptionId { get; init; }

    public required string StripeInvoiceId { get; init; }

    public string? StripeCustomerId { get; set; }

    /// <summary>Known once money went back: invoices do not name their payments.</summary>
    public string? StripePaymentIntentId { get; set; }

    public string? Number { get; set; }

    public string? Status { get; set; }

    public string? BillingReason { get; set; }

    public int AmountDueEuroCents { get; set; }

    /// <summary>Without what the customer's balance paid.</summary>
    public int AmountPaidEuroCents { get; set; }

    /// <summary>What it is about, the balance's part included; below zero where it gives money back.</summary>
    public int TotalEuroCents { get; set; }

    /// <summary>Of what was paid: refunded, or on its way back.</summary>
    public int RefundedEuroCents { get; set; }

    /// <summary>The payment is disputed, or the dispute is lost: the money is not here.</summary>
    public bool IsDisputed { get; set; }

    public required string Currency { get; set; }

    public string? HostedInvoiceUrl { get; set; }

    public string? InvoicePdfUrl { get; set; }

    public DateTimeOffset? PeriodStart { get; set; }

    public DateTimeOffset? PeriodEnd { get; set; }

    public DateTimeOffset? DueDate { get; set; }

    public DateTimeOffset? PaidAt { get; set; }

    /// <summary>How often Stripe tried to collect it; a failure is told once each.</summary>
    public int Attempts { get; set; }

    /// <summary>Set on a paid invoice for a whole year: its months 1 to 11 are still to be given, counted from here (commerce.md 6.6).</summary>
    public DateTimeOffset? YearFrom { get; set; }

    /// <summary>When something else began to be paid instead of that year, if it did: no month that begins later is given.</summary>
    public DateTimeOffset? YearUntil { get; set; }

    /// <summary>The period that begins with a paid invoice; null when it only changes one that had begun.</summary>
    public DateTimeOffset? CoversFrom { get; set; }

    public DateTimeOffset? CoversUntil { get; set; }

    /// <summary>What the plan of that period gives a month, as it was when this invoice was first seen paid. Months of a year are given by it, not by what the plan became since.</summary>
    public int? MonthlyCredits { get; set; }

    /// <summary>What it settles of a period that had begun, likewise as it was when it was first seen paid. Null: not read yet.</summary>
    public List<Proration>? Prorations { get; set; }

    /// <summary>When it was read what this invoice pays for, also when that was nothing: a plan that gives more later gives nothing for what was paid before.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A part of a period that an invoice settles.</summary>
/// <param name="From">When the change happened.</param>
/// <param name="Until">End of the period.</param>
/// <param name="Credits">What the plan gives a month; negative: that it gives no more.</param>
internal sealed record Proration(DateTimeOffset From, DateTimeOffset Until, int Credits);

/// <summary>
/// Credits of a plan that were decided upon, given or taken back. The row is stored before the ledger is asked, with its amount, so that a crash in between is
/// repaired by booking the same again. The key is that of the ledger entry.
/// </summary>
internal sealed class PlanGrant
{
    public required string BusinessKey { get; init; }

    public required Guid InvoiceId { get; init; }

    /// <summary>Whole credits; negative: taken back.</summary>
    public required int Credits { get; init; }

    /// <summary>A refund or dispute, or its end; not what an invoice gives, or takes because it gave money back for a cheaper plan.</summary>
    public required bool IsReversal { get; init; }

    public required string Description { get; init; }

    /// <summary>Start of the month that it is for.</summary>
    public required DateTimeOffset MonthFrom { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: the ledger has not confirmed it yet.</summary>
    public DateTimeOffset? BookedAt { get; set; }
}

/// <summary>Somebody was sent to Stripe's page; asked about until it is known what became of it, so that webhooks are not needed (commerce.md 7.10).</summary>
internal sealed class CheckoutRow
{
    public required string StripeSessionId { get; init; }

    public required string UserId { get; init; }

    /// <summary>What was wanted; the same wish finds the same page.</summary>
    public string? Wish { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A price of Stripe's that is or was a plan's: who pays it keeps the plan when the plan gets another price.</summary>
internal sealed class PlanPriceRow
{
    public required string StripePriceId { get; init; }

    public required Guid PlanId { get; set; }

    public required string BillingInterval { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
