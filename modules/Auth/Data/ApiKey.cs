namespace Mana.Auth.Data;

/// <summary>A key with which machines act for a person (auth.md 15). The key itself is shown once and stored nowhere.</summary>
internal sealed class ApiKey
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; init; }

    /// <summary>What people recognise it by: the first 8 characters after <c>sk_live_</c>.</summary>
    public required string KeyPrefix { get; init; }

    /// <summary>SHA-256 of the whole key, hex. It needs no salt: the key is random.</summary>
    public required string KeyHash { get; init; }

    /// <summary>A JSON array of strings.</summary>
    public required string Scopes { get; init; }

    /// <summary>Requests per window.</summary>
    public int RateLimitRequests { get; init; } = 60;

    /// <summary>Seconds.</summary>
    public int RateLimitWindow { get; init; } = 60;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>At most a minute older than the truth.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}
