namespace Mana.Auth.Data;

/// <summary>What a token that was mailed is for.</summary>
internal enum VerificationPurpose
{
    /// <summary>The address belongs to whoever registered it.</summary>
    Verification,

    /// <summary>A new password without the old one.</summary>
    Reset,

    /// <summary>The new address belongs to the account's owner.</summary>
    Change,

    /// <summary>Back to the old address.</summary>
    Revert,

    /// <summary>Signs somebody in without a password.</summary>
    MagicLink,
}

/// <summary>
/// A token in somebody's mailbox (auth.md 4.3, item 8): 256 random bits, of which only the hash is here. It works once, and at most one per
/// purpose and subject works at all.
/// </summary>
internal sealed class VerificationToken
{
    public required string Id { get; init; }

    public required VerificationPurpose Purpose { get; init; }

    /// <summary>Whose newer token voids this one.</summary>
    public required string Subject { get; init; }

    public string? UserId { get; init; }

    /// <summary>Where it was sent to, or for a change where it leads.</summary>
    public required string Address { get; init; }

    /// <summary>SHA-256 of the text.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>A JSON object: where the browser goes afterwards.</summary>
    public required string Data { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? ConsumedAt { get; set; }

    /// <summary>Counted by purposes that take a guess.</summary>
    public int Attempts { get; set; }
}
