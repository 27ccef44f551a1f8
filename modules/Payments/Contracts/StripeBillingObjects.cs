namespace Mana.Payments.Contracts;

/// <summary>A subscription, whichever of the two shapes of commerce.md 7.1 Stripe sent it in.</summary>
public sealed record StripeSubscription : StripeObject
{
    /// <summary><c>active</c>, <c>canceled</c>, <c>past_due</c>, <c>unpaid</c>, <c>trialing</c>, <c>incomplete</c>, <c>incomplete_expired</c>, <c>paused</c>.</summary>
    public required string Status { get; init; }

    public required IReadOnlyList<StripeSubscriptionItem> Items { get; init; }

    /// <summary>Of the first item, else of the subscription itself.</summary>
    public DateTimeOffset? CurrentPeriodStart { get; init; }

    public DateTimeOffset? CurrentPeriodEnd { get; init; }

    public bool CancelAtPeriodEnd { get; init; }

    public DateTimeOffset? CancelAt { get; init; }

    public DateTimeOffset? CanceledAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public DateTimeOffset? TrialStart { get; init; }

    public DateTimeOffset? TrialEnd { get; init; }

    public DateTimeOffset? StartDate { get; init; }

    public DateTimeOffset? BillingCycleAnchor { get; init; }

    public string? LatestInvoiceId { get; init; }

    /// <summary>Collection is paused (<c>pause_collection</c>); the status may still be <c>active</c>.</summary>
    public bool CollectionPaused { get; init; }
}

/// <summary>What is subscribed to.</summary>
/// <param name="Interval"><c>month</c> or <c>year</c>.</param>
/// <param name="UnitAmount">Euro cents.</param>
public sealed record StripeSubscriptionItem(
    string Id, string PriceId, string? ProductId, string? Interval, int IntervalCount, long? UnitAmount, long Quantity, DateTimeOffset? PeriodStart, DateTimeOffset? PeriodEnd);

/// <summary>An invoice, in either shape. <see cref="StripeObject.Metadata"/> is the invoice's own, else that of its subscription at the time (commerce.md 7.1).</summary>
public sealed record StripeInvoice : StripeObject
{
    public string? Number { get; init; }

    /// <summary><c>draft</c>, <c>open</c>, <c>paid</c>, <c>void</c>, <c>uncollectible</c>.</summary>
    public required string Status { get; init; }

    public string? SubscriptionId { get; init; }

    /// <summary><c>subscription_create</c>, <c>subscription_cycle</c>, <c>subscription_update</c>, <c>manual</c> …</summary>
    public string? BillingReason { get; init; }

    public required long AmountDue { get; init; }

    public required long AmountPaid { get; init; }

    public long AmountRemaining { get; init; }

    public long Total { get; init; }

    public required string Currency { get; init; }

    public string? HostedInvoiceUrl { get; init; }

    public string? InvoicePdf { get; init; }

    public DateTimeOffset? PeriodStart { get; init; }

    public DateTimeOffset? PeriodEnd { get; init; }

    public DateTimeOffset? DueDate { get; init; }

    public DateTimeOffset? FinalizedAt { get; init; }

    public DateTimeOffset? PaidAt { get; init; }

    public DateTimeOffset? VoidedAt { get; init; }

    public int AttemptCount { get; init; }

    public DateTimeOffset? NextPaymentAttempt { get; init; }

    /// <summary>The first page of lines.</summary>
    public IReadOnlyList<StripeInvoiceLine> Lines { get; init; } = [];
}

/// <summary>What an invoice asks money for.</summary>
/// <param name="Amount">Euro cents; negative for what a proration gives back.</param>
public sealed record StripeInvoiceLine(
    string Id, long Amount, string? Description, string? PriceId, string? SubscriptionId, bool Proration, long Quantity, DateTimeOffset? PeriodStart, DateTimeOffset? PeriodEnd);

/// <summary>Which invoice a payment belongs to: since <c>2025-03-31.basil</c> neither knows the other by itself.</summary>
public sealed record StripeInvoicePayment : StripeObject
{
    public required string InvoiceId { get; init; }

    public string? PaymentIntentId { get; init; }

    /// <summary><c>open</c>, <c>paid</c>, <c>canceled</c>.</summary>
    public required string Status { get; init; }

    public long? AmountPaid { get; init; }
}
