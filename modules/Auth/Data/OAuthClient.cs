namespace Mana.Auth.Data;

/// <summary>A program that lets people sign in here, or asks for tokens of its own (auth.md 13.4).</summary>
internal sealed class OAuthClient
{
    public required string ClientId { get; init; }

    /// <summary>What people read on the consent page.</summary>
    public required string Name { get; set; }

    public required OAuthClientType Type { get; set; }

    /// <summary>Installed on devices (RFC 8252): loopback addresses with any port, and schemes of its own.</summary>
    public bool Native { get; set; }

    public List<string> RedirectUris { get; set; } = [];

    public List<string> PostLogoutRedirectUris { get; set; } = [];

    public List<string> AllowedScopes { get; set; } = [];

    public List<string> GrantTypes { get; set; } = [];

    /// <summary>One of <see cref="Oidc.Clients.ClientAuthMethods"/>.</summary>
    public required string TokenEndpointAuthMethod { get; set; }

    public string IdTokenSignedResponseAlg { get; set; } = "RS256";

    public bool RequirePkce { get; set; } = true;

    /// <summary>RFC 9126 5: authorization requests come by the back channel only.</summary>
    public bool RequirePushedRequests { get; set; }

    /// <summary>RFC 9449 5.2: every token of this client is bound to a key.</summary>
    public bool DpopBound { get; set; }

    /// <summary>A part of the platform itself: nobody is asked.</summary>
    public bool SkipConsent { get; set; }

    /// <summary>Claims of <c>profile</c> and <c>email</c> also in the id_token, for clients that never ask userinfo (Synapse).</summary>
    public bool ClaimsInIdToken { get; set; }

    public string? BackchannelLogoutUri { get; set; }

    /// <summary>Public keys of the client, a JWK set (RFC 7523); null when it authenticates in another way, or they are at <see cref="JwksUri"/>.</summary>
    public string? Jwks { get; set; }

    /// <summary>Where the client publishes its keys, and replaces them as it likes (RFC 7591 2).</summary>
    public string? JwksUri { get; set; }

    /// <summary>Makes it a resource server: tokens with one of these scopes are for it, whosever they are, and it may ask about them (RFC 7662).</summary>
    public List<string> ResourceScopes { get; set; } = [];

    /// <summary>Seconds.</summary>
    public int AccessTokenTtl { get; set; } = 3600;

    /// <summary>Seconds without use; 90 days are the end in any case.</summary>
    public int RefreshTokenTtl { get; set; } = 30 * 24 * 3600;

    public bool Disabled { get; set; }

    public required OAuthClientSource Source { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

internal enum OAuthClientType
{
    Confidential,
    Public,
}

/// <summary>Who made it: the server's configuration, an administrator, or the program itself (RFC 7591).</summary>
internal enum OAuthClientSource
{
    Configuration,
    Admin,
    Registration,
}

/// <summary>One of a client's secrets; several are good at once while a new one is rolled out.</summary>
internal sealed class OAuthClientSecret
{
    public required string Id { get; init; }

    public required string ClientId { get; init; }

    /// <summary>SHA-256: nobody can guess 256 bits.</summary>
    public required byte[] SecretHash { get; init; }

    /// <summary>It came with the server's configuration and goes when another takes its place there.</summary>
    public bool Configured { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: until it is taken away.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}
