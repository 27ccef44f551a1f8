namespace Mana.Auth.Data;

/// <summary>
/// That a mission runner may decrypt some records for a while (auth.md 21). The runner asks for the row before it uses its key. What was
/// granted is kept as a digest; the key itself is kept nowhere.
/// </summary>
internal sealed class MissionGrant
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required string MissionId { get; init; }

    /// <summary>Sorted, without repetition.</summary>
    public required string[] Tables { get; init; }

    public required int RecordCount { get; init; }

    /// <summary>Hex SHA-256 of the derivation string, which names every table and record.</summary>
    public required string ScopeHash { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}
