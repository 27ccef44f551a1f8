namespace Mana.Credits.Data;

internal sealed class SyncSubscription
{
    /// <summary>Names the periods in business keys, which outlive the account.</summary>
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    public bool Active { get; set; }

    /// <summary><c>monthly</c>, <c>quarterly</c> or <c>yearly</c>.</summary>
    public required string Interval { get; set; }

    public DateTimeOffset? ActivatedAt { get; set; }

    public DateTimeOffset? NextChargeAt { get; set; }

    /// <summary>Day of the month that charges fall on, where the month has it.</summary>
    public int AnchorDay { get; set; }

    public DateTimeOffset? GraceUntil { get; set; }

    public DateTimeOffset? PausedAt { get; set; }

    public bool AutoResume { get; set; } = true;

    public bool CancelAtPeriodEnd { get; set; }

    public bool IsGifted { get; set; }

    public string? GiftedBy { get; set; }

    public DateTimeOffset? GiftedAt { get; set; }

    /// <summary>When it was taken over from an original; what has changed since has a later <see cref="UpdatedAt"/>.</summary>
    public DateTimeOffset? ImportedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}
