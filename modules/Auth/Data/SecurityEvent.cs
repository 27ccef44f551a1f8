namespace Mana.Auth.Data;

/// <summary>
/// Something that its owner would want to know of (auth.md 22). The events of one person form a chain: each holds the hash of the one
/// before it, so that a row that is changed, removed or slipped in later shows.
/// </summary>
internal sealed class SecurityEvent
{
    public required Guid Id { get; init; }

    /// <summary>Null when no account is known, and after the account is gone.</summary>
    public string? UserId { get; init; }

    /// <summary>Pseudonym of the person, which outlives the account; null when there never was one. Names the chain.</summary>
    public string? Subject { get; init; }

    /// <summary>Counted from 1 in the chain.</summary>
    public long? Position { get; init; }

    /// <summary>One of <see cref="SecurityEvents.SecurityEventTypes"/>.</summary>
    public required string EventType { get; init; }

    /// <summary>Shortened to its network (<c>203.0.113.0/24</c>) after 90 days; <see cref="AddressDigest"/> stays, so that the chain still holds.</summary>
    public string? IpAddress { get; set; }

    public byte[]? AddressDigest { get; init; }

    public string? UserAgent { get; init; }

    public string? RequestId { get; init; }

    /// <summary>A JSON object without secrets.</summary>
    public required string Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public byte[]? Hash { get; init; }

    /// <summary>
    /// Set when the person was erased: what the chain holds in the place of user agent, request id and metadata, which are gone then. Never
    /// set while there is an account.
    /// </summary>
    public byte[]? ContentDigest { get; init; }
}
