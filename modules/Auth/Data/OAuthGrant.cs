namespace Mana.Auth.Data;

/// <summary>
/// What a person let a client have at one authorization. Every token of it is only as good as it is: revoking this row ends all of them.
/// The row is also the lock of its refresh tokens.
/// </summary>
internal sealed class OAuthGrant
{
    public required string Id { get; init; }

    public required string ClientId { get; init; }

    public required string UserId { get; init; }

    /// <summary>The session it was given in (<c>sid</c>). No foreign key: the grant outlives a session that ran out, not one that was ended.</summary>
    public required string SessionId { get; init; }

    public required List<string> Scopes { get; init; }

    /// <summary>Of the session, at that time.</summary>
    public required DateTimeOffset AuthTime { get; init; }

    public required List<string> Amr { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>One of <see cref="Oidc.Grants.GrantRevocation"/>.</summary>
    public string? RevokedReason { get; set; }

    /// <summary>When its client's back channel was owed the end of the session; it is owed once.</summary>
    public DateTimeOffset? LogoutOwedAt { get; set; }
}

/// <summary>An authorization code (RFC 6749 4.1): 60 seconds, one use, bound to everything it was asked for with.</summary>
internal sealed class OAuthCode
{
    public required byte[] CodeHash { get; init; }

    public required string GrantId { get; init; }

    public required string RedirectUri { get; init; }

    /// <summary>S256 (RFC 7636).</summary>
    public string? CodeChallenge { get; init; }

    public string? Nonce { get; init; }

    /// <summary>RFC 9449 10.</summary>
    public string? DpopJkt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>An access or refresh token of a client, opaque: 256 random bits that are stored as a hash.</summary>
internal sealed class OAuthToken
{
    public required byte[] TokenHash { get; init; }

    public required OAuthTokenKind Kind { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Null: the client's own (client credentials).</summary>
    public string? GrantId { get; init; }

    public required List<string> Scopes { get; init; }

    /// <summary>Thumbprint of the key that must prove itself at each use (RFC 9449); null: bearer.</summary>
    public string? DpopJkt { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Of a refresh token: it has its successor.</summary>
    public DateTimeOffset? UsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

internal enum OAuthTokenKind
{
    Access,
    Refresh,
}

/// <summary>What a person agreed to; asked again only for more.</summary>
internal sealed class OAuthConsent
{
    public required string UserId { get; init; }

    public required string ClientId { get; init; }

    public required List<string> Scopes { get; set; }

    public required DateTimeOffset GrantedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}
