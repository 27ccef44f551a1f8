namespace Mana.Payments.Contracts;

/// <summary>
/// What we read of Stripe's objects (commerce.md 7, 8). Amounts are minor units (euro cents), currencies lower case, states Stripe's own words.
/// References are ids, whether or not Stripe sent the whole object.
/// </summary>
public abstract record StripeObject
{
    private protected StripeObject()
    {
    }

    public required string Id { get; init; }

    /// <summary>Null where the object does not say: refunds never do.</summary>
    public bool? Livemode { get; init; }

    /// <summary><c>cus_…</c>; null where the object has none.</summary>
    public string? CustomerId { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public DateTimeOffset CreatedAt { get; init; }
}

public sealed record StripeCustomer : StripeObject
{
    public string? Email { get; init; }

    public string? Name { get; init; }

    /// <summary>Gone; only the id is left.</summary>
    public bool Deleted { get; init; }
}

public sealed record StripeProduct : StripeObject
{
    public required string Name { get; init; }

    public bool Active { get; init; }
}

public sealed record StripePrice : StripeObject
{
    public required string ProductId { get; init; }

    public long? UnitAmount { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>month</c> or <c>year</c>; null for a price that is paid once.</summary>
    public string? Interval { get; init; }

    public int IntervalCount { get; init; } = 1;

    public string? LookupKey { get; init; }

    public bool Active { get; init; }
}

public sealed record StripePaymentIntent : StripeObject
{
    public required long Amount { get; init; }

    public required long AmountReceived { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>requires_payment_method</c>, <c>requires_confirmation</c>, <c>requires_action</c>, <c>processing</c>, <c>succeeded</c>, <c>canceled</c>, <c>requires_capture</c>.</summary>
    public required string Status { get; init; }

    /// <summary>For the person's browser only; never stored or logged.</summary>
    public string? ClientSecret { get; init; }

    public string? LatestChargeId { get; init; }

    /// <summary><c>card</c>, <c>sepa_debit</c> …: of the latest attempt, when there was one.</summary>
    public string? PaymentMethodType { get; init; }

    /// <summary>Of the last attempt that failed.</summary>
    public string? FailureCode { get; init; }

    public string? FailureMessage { get; init; }

    public DateTimeOffset? CanceledAt { get; init; }

    /// <summary>Only in versions before <c>2025-03-31.basil</c>; else ask <see cref="IStripeApi.ListInvoicePaymentsAsync"/>.</summary>
    public string? InvoiceId { get; init; }
}

public sealed record StripeCharge : StripeObject
{
    public required long Amount { get; init; }

    public required long AmountRefunded { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>succeeded</c>, <c>pending</c>, <c>failed</c>.</summary>
    public required string Status { get; init; }

    public bool Refunded { get; init; }

    public bool Disputed { get; init; }

    public string? PaymentIntentId { get; init; }

    public string? PaymentMethodType { get; init; }

    public string? FailureCode { get; init; }

    public string? FailureMessage { get; init; }

    public string? BalanceTransactionId { get; init; }
}

public sealed record StripeRefund : StripeObject
{
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>pending</c>, <c>requires_action</c>, <c>succeeded</c>, <c>failed</c>, <c>canceled</c>.</summary>
    public required string Status { get; init; }

    public string? ChargeId { get; init; }

    public string? PaymentIntentId { get; init; }

    public string? FailureReason { get; init; }
}

public sealed record StripeDispute : StripeObject
{
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>warning_needs_response</c>, <c>warning_under_review</c>, <c>warning_closed</c>, <c>needs_response</c>, <c>under_review</c>, <c>won</c>, <c>lost</c>, <c>prevented</c>.</summary>
    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? ChargeId { get; init; }

    public string? PaymentIntentId { get; init; }
}

public sealed record StripeCheckoutSession : StripeObject
{
    /// <summary><c>payment</c> or <c>subscription</c>.</summary>
    public required string Mode { get; init; }

    /// <summary><c>open</c>, <c>complete</c>, <c>expired</c>.</summary>
    public required string Status { get; init; }

    /// <summary><c>paid</c>, <c>unpaid</c>, <c>no_payment_required</c>.</summary>
    public required string PaymentStatus { get; init; }

    /// <summary>Null until somebody pays (commerce.md 8, 13).</summary>
    public string? PaymentIntentId { get; init; }

    public string? SubscriptionId { get; init; }

    public string? InvoiceId { get; init; }

    public string? ClientReferenceId { get; init; }

    /// <summary>Where the person pays; null once that is over.</summary>
    public string? Url { get; init; }

    public long? AmountTotal { get; init; }

    public string? Currency { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

public sealed record StripePortalSession : StripeObject
{
    public required string Url { get; init; }
}

public sealed record StripeBalanceTransaction : StripeObject
{
    public required long Amount { get; init; }

    public required long Fee { get; init; }

    public required long Net { get; init; }

    public required string Currency { get; init; }

    public required string Type { get; init; }

    public string? SourceId { get; init; }
}
