namespace Mana.Auth.Data;

/// <summary>What an authenticator app and we have in common (auth.md 4.3, item 6; 10).</summary>
internal sealed class TotpSecret
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>The key of RFC 6238, sealed for this row. New ones have 20 bytes; those of the original are the UTF-8 of 32 letters.</summary>
    public required byte[] SecretEncrypted { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first code was right; null: pending, it opens and demands nothing.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>The latest step whose code was accepted: that code and all before it are used up.</summary>
    public long? LastUsedStep { get; set; }
}

/// <summary>A way in for who has lost the device: works once.</summary>
internal sealed class BackupCode
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required byte[] Salt { get; init; }

    /// <summary>HMAC of salt and code under a key that is not in the database: 50 bits alone could be guessed from a hash.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>A code of the original, in which case tells letters apart.</summary>
    public bool CaseSensitive { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>A sign-in whose first factor is proved, for ten minutes.</summary>
internal sealed class PendingSignIn
{
    /// <summary>SHA-256 of the text in its cookie.</summary>
    public required byte[] TokenHash { get; init; }

    public required string UserId { get; init; }

    /// <summary>Of the account as it was then: another password voids it.</summary>
    public required string? SecurityStamp { get; init; }

    /// <summary>The first factor, in the words of <c>amr</c>.</summary>
    public required string Method { get; init; }

    public string? DeviceId { get; init; }

    public string? DeviceName { get; init; }

    public bool RememberMe { get; init; }

    public bool UntilClosed { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Codes tried.</summary>
    public int Attempts { get; set; }
}

/// <summary>A browser on which its owner need not show a second factor for 30 days after the last sign-in there.</summary>
internal sealed class TrustedDevice
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>SHA-256 of the text in its cookie; another one after each use.</summary>
    public required byte[] TokenHash { get; init; }

    public string? UserAgent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
