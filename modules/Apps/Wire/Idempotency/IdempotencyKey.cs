using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Wire.Idempotency;

/// <summary>A request that somebody may send again (compute.md 3.6), and what it was answered; for a day.</summary>
internal sealed class IdempotencyKey
{
    public required string UserId { get; init; }

    /// <summary>Verb and pattern: a key is good for one route.</summary>
    public required string Route { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of path and body.</summary>
    public required byte[] Request { get; init; }

    /// <summary>Null while it is answered.</summary>
    public int? Status { get; init; }

    public string? ContentType { get; init; }

    public byte[]? Answer { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public static void Map(ModelBuilder modelBuilder) => modelBuilder.Entity<IdempotencyKey>(key =>
    {
        key.ToTable("idempotency_keys");
        key.HasKey(row => new { row.UserId, row.Route, row.Key }).HasName("idempotency_keys_key");
        key.HasIndex(row => row.StartedAt).HasDatabaseName("idempotency_keys_started");
    });
}
