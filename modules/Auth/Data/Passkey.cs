namespace Mana.Auth.Data;

/// <summary>A WebAuthn credential (auth.md 4.2, 11).</summary>
internal sealed class Passkey
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>Base64url, as the authenticator chose it.</summary>
    public required string CredentialId { get; init; }

    /// <summary>COSE_Key (RFC 9052 7), as the authenticator sent it.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>What the authenticator knows the account by; null for passkeys of the original, which had a new one each time.</summary>
    public byte[]? UserHandle { get; init; }

    public required long Counter { get; set; }

    /// <summary>Whether it may be copied to other devices: <c>multiDevice</c>, else <c>singleDevice</c>.</summary>
    public required string DeviceType { get; init; }

    public required bool BackedUp { get; set; }

    /// <summary>Comma list, e.g. <c>internal,hybrid</c>.</summary>
    public required string Transports { get; init; }

    public required string Name { get; set; }

    public required string Aaguid { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>When its counter went backwards: somebody may have a copy.</summary>
    public DateTimeOffset? FlaggedAt { get; set; }
}

/// <summary>A question to an authenticator that is not answered yet; an answer takes it away.</summary>
internal sealed class PasskeyChallenge
{
    public required string Id { get; init; }

    public required bool Registration { get; init; }

    /// <summary>Whose passkey is asked for; null: anybody's.</summary>
    public string? UserId { get; init; }

    public required byte[] Challenge { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Wrong answers for a credential, whether it exists or not.</summary>
internal sealed class PasskeyFailure
{
    /// <summary>SHA-256 of the credential's id.</summary>
    public required byte[] CredentialHash { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required int Failures { get; init; }

    public DateTimeOffset? BlockedUntil { get; init; }
}
