namespace Mana.Sync.Import;

/// <summary>A row of the original's table as it lies there (sync.md 15.1).</summary>
internal sealed record OriginalRow
{
    public required Guid Id { get; init; }

    /// <summary>µs since 1970; null for a time that PostgreSQL can hold and a calendar cannot.</summary>
    public required long? CreatedAt { get; init; }

    public required string AppId { get; init; }

    public required string Table { get; init; }

    public required string RecordId { get; init; }

    public required string UserId { get; init; }

    public required string Op { get; init; }

    /// <summary>JSON text; null for SQL NULL.</summary>
    public required byte[]? Data { get; init; }

    /// <summary><c>field_meta</c>, or <c>field_timestamps</c> in older databases.</summary>
    public required byte[]? Meta { get; init; }

    public required string ClientId { get; init; }

    public required int? SchemaVersion { get; init; }

    public required byte[]? Actor { get; init; }

    public required string? Origin { get; init; }

    public required string? SpaceId { get; init; }

    /// <summary>An earlier run of the import has dealt with this row.</summary>
    public required bool Seen { get; init; }

    /// <summary>Dated later than the original's clock: a bookmark there would hide all that is written until then.</summary>
    public required bool IsAhead { get; init; }
}
