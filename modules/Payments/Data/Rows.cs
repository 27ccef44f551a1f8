namespace Mana.Payments.Data;

/// <summary>Who a person is for Stripe, in one of its two modes. Their address stays in Auth.</summary>
internal sealed class CustomerRow
{
    public required string UserId { get; init; }

    public required bool Livemode { get; init; }

    public required string CustomerId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A customer id that was a person's before: late events of it still find them (commerce.md 7.3).</summary>
internal sealed class CustomerAlias
{
    public required string CustomerId { get; init; }

    public required string UserId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An event of Stripe that arrived, once however often it did (commerce.md 7.6).</summary>
internal sealed class EventRow
{
    public required string EventId { get; init; }

    public required string Type { get; init; }

    public string? ApiVersion { get; init; }

    public required bool Livemode { get; init; }

    public string? ObjectId { get; init; }

    public string? ObjectType { get; init; }

    public string? CustomerId { get; init; }

    /// <summary>Stripe's own time; orders nothing here, because what is applied is the object as it is now.</summary>
    public required DateTimeOffset StripeCreated { get; init; }

    /// <summary>As it came; null after <see cref="StripeOptions.PayloadDays"/>, or when its person was erased.</summary>
    public string? Payload { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary><c>webhook</c> or <c>pull</c>.</summary>
    public required string Source { get; init; }

    /// <summary><c>pending</c>, <c>processed</c>, <c>quarantined</c> or <c>dead</c>.</summary>
    public required string Status { get; init; }

    public int Attempts { get; init; }

    public required DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>A kind or a short code; never a text that could hold personal data.</summary>
    public string? LastError { get; init; }

    public DateTimeOffset? ProcessedAt { get; init; }

    /// <summary><c>applied</c>, <c>noop</c>, <c>ignored_foreign</c>, <c>ignored_type</c>, <c>quarantined</c>, <c>dead</c>; null while it waits.</summary>
    public string? Outcome { get; init; }

    /// <summary>Handlers that are done with it.</summary>
    public List<string> Handled { get; init; } = [];
}

/// <summary>A payment that a bank took back; until an administrator lifts it, its person is offered no bank debit (commerce.md 7.8).</summary>
internal sealed class RiskRow
{
    public required string PaymentIntentId { get; init; }

    public required string UserId { get; init; }

    public required DateTimeOffset FlaggedAt { get; init; }

    public DateTimeOffset? LiftedAt { get; init; }

    /// <summary>The administrator who did.</summary>
    public string? LiftedBy { get; init; }
}

/// <summary>Until when Stripe's list of events has been read.</summary>
internal sealed class PullMark
{
    public required string Name { get; init; }

    public required DateTimeOffset At { get; init; }
}
