using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Sync.Compaction;
using Npgsql;

namespace Mana.Sync.Import;

/// <summary>Where an import stands. Written in the transaction of every chunk, so that it is never ahead of what is stored, nor behind.</summary>
internal sealed record ImportState(string Source, Bookmark? Until, long Stored, long Duplicates, long Skipped, long NewestSeq);

/// <summary>The rows of <c>sync.imports</c>.</summary>
internal static class ImportBook
{
    const string Select = "SELECT last_created_at, last_id, rows_stored, rows_duplicate, rows_skipped, newest_seq FROM sync.imports WHERE source = $1";

    const string Upsert = """
        INSERT INTO sync.imports AS i (source, last_created_at, last_id, rows_stored, rows_duplicate, rows_skipped, newest_seq, started_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
        ON CONFLICT (source) DO UPDATE SET last_created_at = excluded.last_created_at, last_id = excluded.last_id, rows_stored = excluded.rows_stored,
          rows_duplicate = excluded.rows_duplicate, rows_skipped = excluded.rows_skipped, newest_seq = excluded.newest_seq
        """;

    const string Finish = "UPDATE sync.imports SET finished_at = clock_timestamp() WHERE source = $1";

    const string Elsewhere = """
        SELECT coalesce((SELECT max(last_seq) FROM sync.scopes), 0) > coalesce((SELECT max(newest_seq) FROM sync.imports), 0)
        """;

    public static string SourceOf((DateTime CreatedAt, Guid Id) first) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{first.CreatedAt:O} {first.Id}"))))[..32];

    public static async Task<ImportState> ReadAsync(NpgsqlDataSource database, string source, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = Batch(connection, Maintenance.Command(Select, Maintenance.Text(source)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return new ImportState(source, null, 0, 0, 0, 0);
        Bookmark? until = rows.IsDBNull(0) ? null : new Bookmark(rows.GetFieldValue<DateTimeOffset>(0), rows.GetGuid(1));
        return new ImportState(source, until, rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5));
    }

    /// <summary>Somebody has synced with this database, beyond what imports have brought.</summary>
    public static async Task<bool> IsInUseAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = Batch(connection, Maintenance.Command(Elsewhere));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return rows.GetBoolean(0);
    }

    public static async Task FinishAsync(NpgsqlDataSource database, string source, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = Batch(connection, Maintenance.Command(Finish, Maintenance.Text(source)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>For the transaction of a chunk, which has entered as maintenance.</summary>
    public static NpgsqlBatchCommand Save(ImportState state) => Maintenance.Command(
        Upsert, Maintenance.Text(state.Source), Maintenance.Value(state.Until?.CreatedAt), Maintenance.Value(state.Until?.Id),
        Maintenance.Value(state.Stored), Maintenance.Value(state.Duplicates), Maintenance.Value(state.Skipped), Maintenance.Value(state.NewestSeq));

    static NpgsqlBatch Batch(NpgsqlConnection connection, NpgsqlBatchCommand command)
    {
        var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter());
        batch.BatchCommands.Add(command);
        return batch;
    }
}

/// <summary>One import at a time. Held by a connection of its own, so that it ends with the process that holds it.</summary>
internal sealed class ImportLock : IAsyncDisposable
{
    const long Key = 0x4D616E61_496D70; // "ManaImp"
    readonly NpgsqlConnection _connection;

    ImportLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Null when somebody else is importing.</summary>
    public static async Task<ImportLock?> TryTakeAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({Key})", connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is true)
            return new ImportLock(connection);
        await connection.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await using (_connection)
        await using (var command = new NpgsqlCommand($"SELECT pg_advisory_unlock({Key})", _connection))
            await command.ExecuteNonQueryAsync();
    }
}
