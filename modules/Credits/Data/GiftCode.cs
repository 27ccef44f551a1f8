namespace Mana.Credits.Data;

internal sealed class GiftCode
{
    public const string Active = "active";
    public const string Depleted = "depleted";
    public const string Expired = "expired";
    public const string Cancelled = "cancelled";
    public const string Refunded = "refunded";

    public required Guid Id { get; init; }

    public required string Code { get; init; }

    public required string CreatorId { get; set; }

    public string? CreatorName { get; set; }

    /// <summary>Milli-credits, whole credits only.</summary>
    public required long Total { get; init; }

    public bool IsRedeemed { get; set; }

    /// <summary><c>simple</c> or <c>personalized</c>.</summary>
    public required string Type { get; init; }

    public required string Status { get; set; }

    public string? TargetEmail { get; set; }

    public string? Message { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The entry that took the credits from the creator.</summary>
    public required Guid EntryId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>An attempt to redeem; also those that failed.</summary>
internal sealed class GiftRedemption
{
    public required Guid Id { get; init; }

    public required Guid GiftId { get; init; }

    public required string RedeemerId { get; init; }

    /// <summary><c>success</c> or one of <c>failed_wrong_user</c>, <c>failed_depleted</c>, <c>failed_expired</c>, <c>failed_already_claimed</c>.</summary>
    public required string Status { get; init; }

    public long Credits { get; init; }

    public Guid? EntryId { get; init; }

    public string? SourceAppId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
