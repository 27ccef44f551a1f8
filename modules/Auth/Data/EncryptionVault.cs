namespace Mana.Auth.Data;

/// <summary>
/// A person's master key, wrapped (auth.md 4.2, 20): by a key of ours, by a secret that only its owner has, or by both. At least one wrap
/// is always there; with <see cref="ZeroKnowledge"/> ours is not. Visible only to transactions that name its owner
/// (<see cref="VaultRowSecurity"/>).
/// </summary>
internal sealed class EncryptionVault
{
    public required string UserId { get; init; }

    /// <summary>Base64 of ciphertext ‖ tag, 48 bytes.</summary>
    public string? WrappedMk { get; set; }

    /// <summary>Base64 of 12 bytes.</summary>
    public string? WrapIv { get; set; }

    /// <summary>1: no associated data (rows of the original). 2: bound to the owner.</summary>
    public short FormatVersion { get; set; } = 1;

    /// <summary>Which key-encryption key wrapped it.</summary>
    public string KekId { get; set; } = "env-v1";

    public string? RecoveryWrappedMk { get; set; }

    public string? RecoveryIv { get; set; }

    public short RecoveryFormatVersion { get; set; } = 1;

    public DateTimeOffset? RecoverySetAt { get; set; }

    public bool ZeroKnowledge { get; set; }

    /// <summary>First 16 bytes of HMAC-SHA-256(MK, "mana-mk-check"): recognises the key when it is brought back. Null in rows of the original until the key is next seen.</summary>
    public byte[]? MkCheck { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RotatedAt { get; set; }
}

/// <summary>One call to the vault, refused ones included. Rows are only ever added.</summary>
internal sealed class EncryptionVaultAudit
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required string Action { get; init; }

    public string? IpAddress { get; init; }

    public string? UserAgent { get; init; }

    public string? Context { get; init; }

    /// <summary>The HTTP status; 201 where a vault was made, although the answer says 200.</summary>
    public required int Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
