using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Replicas;

/// <summary>
/// What the primary has shown to anybody so far, as a place in its log of writes. A transaction is visible only after its commit record is on disk, so whoever
/// reads from a standby that has replayed up to here sees at least all of that: no acknowledged push, no deletion, no compaction is missing.
/// </summary>
/// <param name="Timeline">Changes with every promotion; places of different timelines do not compare.</param>
/// <param name="Cluster">Its own number; other clusters have other places.</param>
internal sealed record Fence(NpgsqlLogSequenceNumber Place, int Timeline, long Cluster)
{
    // Without synchronous commits transactions are visible before they are on disk.
    const string Ask = """
        SELECT CASE WHEN current_setting('synchronous_commit') = 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END,
          ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int, (SELECT system_identifier FROM pg_control_system())
        WHERE NOT pg_is_in_recovery()
        """;

    /// <summary>For the primary, behind the statements whose answers a standby must know of.</summary>
    public static NpgsqlBatchCommand Query() => new(Ask);

    /// <summary>Null when it was not a primary that answered.</summary>
    public static async Task<Fence?> ReadAsync(NpgsqlDataReader rows, CancellationToken cancellationToken) =>
        await rows.ReadAsync(cancellationToken) ? new Fence(rows.GetFieldValue<NpgsqlLogSequenceNumber>(0), rows.GetInt32(1), rows.GetInt64(2)) : null;

    /// <summary>As it is now.</summary>
    public static async Task<Fence?> TakeAsync(NpgsqlDataSource primary, CancellationToken cancellationToken)
    {
        await using var command = primary.CreateCommand(Ask);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(rows, cancellationToken);
    }
}
