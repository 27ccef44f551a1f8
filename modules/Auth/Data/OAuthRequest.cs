namespace Mana.Auth.Data;

/// <summary>
/// A request that waits for its person (auth.md 13.5): checked and kept here, so that pages carry an opaque id and nothing that decides where
/// a browser goes.
/// </summary>
internal sealed class OAuthRequest
{
    /// <summary>SHA-256 of the id in the address.</summary>
    public required byte[] IdHash { get; init; }

    public required OAuthRequestKind Kind { get; init; }

    public string? ClientId { get; init; }

    /// <summary>JSON of the checked request; of a pushed one, its parameters.</summary>
    public required string Parameters { get; init; }

    /// <summary>Of the one browser that may go on with it; null until a browser has come.</summary>
    public byte[]? BrowserHash { get; set; }

    /// <summary>A sign-in older than this is not good enough; null: any live session.</summary>
    public DateTimeOffset? AuthAfter { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? ConsumedAt { get; set; }
}

internal enum OAuthRequestKind
{
    Authorize,
    Pushed,
    Logout,
}

/// <summary>A device that waits for somebody to type its code elsewhere (RFC 8628).</summary>
internal sealed class OAuthDeviceCode
{
    public required byte[] DeviceCodeHash { get; init; }

    /// <summary>As it is typed, without the dash.</summary>
    public required string UserCode { get; init; }

    public required string ClientId { get; init; }

    public required List<string> Scopes { get; init; }

    /// <summary>Set when somebody allowed it.</summary>
    public string? GrantId { get; set; }

    public DateTimeOffset? DeniedAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    public DateTimeOffset? LastPolledAt { get; set; }

    /// <summary>Seconds between two questions; grows when the device does not wait.</summary>
    public required int PollInterval { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A <c>jti</c> that was used (client assertions, DPoP proofs): the second time it is a replay.</summary>
internal sealed class OAuthUsedId
{
    /// <summary>SHA-256 of purpose, issuer and jti.</summary>
    public required byte[] Digest { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
