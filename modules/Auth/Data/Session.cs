namespace Mana.Auth.Data;

/// <summary>One sign-in on one device, and the family of refresh tokens that keeps it alive (auth.md 4.3, items 4 and 5).</summary>
internal sealed class Session
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Slides with every refresh, never past the absolute lifetime.</summary>
    public required DateTimeOffset ExpiresAt { get; set; }

    public required DateTimeOffset LastActivityAt { get; set; }

    /// <summary>When the user last proved who they are; goes into the access token.</summary>
    public required DateTimeOffset AuthTime { get; set; }

    /// <summary>How they proved it (RFC 8176), e.g. <c>pwd</c>.</summary>
    public required List<string> Amr { get; set; }

    /// <summary>When they last proved a second factor, at sign-in or since; null: never in this session. A trusted device proves none.</summary>
    public DateTimeOffset? SecondFactorAt { get; set; }

    /// <summary>SHA-256 of the secret in the session cookie; the secret itself is stored nowhere. Null for sessions from before there were cookies.</summary>
    public byte[]? TokenHash { get; init; }

    /// <summary>The space that its owner works in now; null after that space is gone.</summary>
    public string? ActiveOrganizationId { get; set; }

    public string? IpAddress { get; init; }

    public string? UserAgent { get; init; }

    public string? DeviceId { get; init; }

    public string? DeviceName { get; init; }

    public bool RememberMe { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>One of the reasons in <see cref="Sessions.SessionRevocation"/>.</summary>
    public string? RevokedReason { get; set; }

    public bool IsAlive(DateTimeOffset now) => RevokedAt is null && ExpiresAt > now;
}

/// <summary>
/// One link of a chain. A session has a family per place that got tokens from it: the sign-in, and each app that came by its cookie.
/// Invariant: at most one generation of a family is unused; the members of that generation share a <see cref="ParentId"/> and differ only when a grace answer was given (Sessions/RefreshRotation).
/// </summary>
internal sealed class RefreshToken
{
    public required string Id { get; init; }

    public required string SessionId { get; init; }

    /// <summary>The session's id for the family that began with the sign-in.</summary>
    public required string FamilyId { get; init; }

    /// <summary>SHA-256 of the token; the token itself is stored nowhere.</summary>
    public required byte[] TokenHash { get; init; }

    public string? ParentId { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }

    /// <summary>The latest successor.</summary>
    public string? ReplacedBy { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>The key that whoever uses it must show (RFC 7638, 9449 5); null: whoever has it may.</summary>
    public string? KeyThumbprint { get; init; }

    /// <summary>Null: our own apps; else an OpenID Connect client.</summary>
    public string? ClientId { get; init; }
}
