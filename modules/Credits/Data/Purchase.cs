namespace Mana.Credits.Data;

/// <summary>A credit pack that is sold, once each time (commerce.md 5.1).</summary>
internal sealed class Package
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    /// <summary>Whole credits.</summary>
    public required int Credits { get; set; }

    public required int PriceEuroCents { get; set; }

    /// <summary>Null: the configured one, or an inline price.</summary>
    public string? StripePriceId { get; set; }

    public bool Active { get; set; } = true;

    public int SortOrder { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>One attempt to buy a pack. Credits and price are those of the moment it began (commerce.md 5.2).</summary>
internal sealed class Purchase
{
    public const string Pending = "pending";
    public const string Processing = "processing";
    public const string Completed = "completed";
    public const string PartiallyRefunded = "partially_refunded";
    public const string Refunded = "refunded";
    public const string Disputed = "disputed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public required Guid Id { get; init; }

    public required string UserId { get; set; }

    public required Guid PackageId { get; init; }

    /// <summary>Whole credits.</summary>
    public required int Credits { get; init; }

    public required int PriceEuroCents { get; init; }

    /// <summary>Paid on a page of Stripe's, not in the person's own client.</summary>
    public bool OnPage { get; init; }

    /// <summary>Of an original: its credits, if any, are part of the opening balance and have no entry of their own.</summary>
    public bool IsImported { get; init; }

    public string? StripePaymentIntentId { get; set; }

    public string? StripeSessionId { get; set; }

    public string? StripeCustomerId { get; set; }

    public required string Status { get; set; }

    public string? Metadata { get; set; }

    /// <summary>Of the one who asked, for a second request within a day.</summary>
    public string? IdempotencyKey { get; set; }

    public string? PaymentMethodType { get; set; }

    public string? FailureCode { get; set; }

    public string? FailureMessage { get; set; }

    /// <summary>Money came whose amount, currency, customer or mode is not the expected one; nothing was credited.</summary>
    public string? Mismatch { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When Stripe was last asked about it because it waits; those that were not looked at for longest come first.</summary>
    public DateTimeOffset? LookedAt { get; set; }

    /// <summary>Set exactly when the credits were booked.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>The bank took the money back once: this person pays by card from now on (commerce.md 7.8).</summary>
    public DateTimeOffset? DisputedAt { get; set; }

    /// <summary>Money has arrived; the credits are or were the person's.</summary>
    public bool IsPaid => Status is Completed or PartiallyRefunded or Refunded or Disputed;
}

/// <summary>Credits of a purchase that were taken back or given back again. The key is that of the ledger entry.</summary>
internal sealed class PurchaseReversal
{
    public required string BusinessKey { get; init; }

    public required Guid PurchaseId { get; init; }

    /// <summary>Whole credits; negative: taken from the person.</summary>
    public required int Credits { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
