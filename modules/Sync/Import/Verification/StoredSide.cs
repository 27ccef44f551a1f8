using Mana.Sync.Compaction;
using Mana.Sync.Push;
using Npgsql;

namespace Mana.Sync.Import.Verification;

/// <summary>Where a row of the original was found.</summary>
internal readonly record struct StoredRow(RecordPlace Place, long Position);

/// <summary>A merged record as it is stored.</summary>
/// <param name="TrimmedSeq">Deletions up to here have lost their content, as they should.</param>
internal sealed record StoredRecord(byte[] State, long LastSeq, long TrimmedSeq);

/// <summary>What the comparison reads of our own tables.</summary>
internal sealed class StoredSide(NpgsqlDataSource database)
{
    const string Rows = """
        SELECT k.e, s.name, c.app_id, c.table_name, c.record_id, c.seq FROM unnest($1::text[], $2::uuid[]) AS k (a, e) CROSS JOIN LATERAL (
          SELECT c.scope_id, c.app_id, c.table_name, c.record_id, c.seq FROM sync.changes c
          WHERE c.author_id = (SELECT s.id FROM sync.scopes s WHERE s.name = k.a) AND c.event_id = k.e OFFSET 0) c JOIN sync.scopes s ON s.id = c.scope_id
        """;

    const string Compacted = "SELECT name, compacted_seq FROM sync.scopes WHERE name = ANY ($1) AND compacted_seq > 0";

    const string Records = """
        SELECT k.s, k.a, k.t, k.i, r.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (s, a, t, i) CROSS JOIN LATERAL (
          SELECT r.state, r.last_seq, s.trimmed_seq FROM sync.scopes s JOIN sync.records r ON r.scope_id = s.id
          WHERE s.name = k.s AND r.app_id = k.a AND r.table_name = k.t AND r.record_id = k.i OFFSET 0) r
        """;

    /// <summary>The rows of a chunk that are here, and up to where the scopes they belong to have been compacted.</summary>
    public async Task<(Dictionary<Guid, StoredRow> Rows, Dictionary<string, long> Compacted)> FindAsync(List<PlannedRow> rows, CancellationToken cancellationToken)
    {
        string[] scopes = [.. rows.Select(row => row.Scope).Distinct(StringComparer.Ordinal)];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(ChunkSql.Enter("", scopes));
        batch.BatchCommands.Add(Maintenance.Command(Rows, PushWrites.Column(rows, ChunkSql.AuthorOf), PushWrites.Column(rows, row => row.Row.Id)));
        batch.BatchCommands.Add(Maintenance.Command(Compacted, PushWrites.Value(scopes)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var found = new Dictionary<Guid, StoredRow>(rows.Count);
        while (await reader.ReadAsync(cancellationToken))
            found[reader.GetGuid(0)] = new StoredRow(PlaceAt(reader, 1), reader.GetInt64(5));
        await reader.NextResultAsync(cancellationToken);
        var compacted = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            compacted[reader.GetString(0)] = reader.GetInt64(1);
        return (found, compacted);
    }

    public async Task<Dictionary<RecordPlace, StoredRecord>> RecordsAsync(IReadOnlyList<RecordPlace> places, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(ChunkSql.Enter("", places.Select(place => place.Scope).Distinct(StringComparer.Ordinal)));
        batch.BatchCommands.Add(Maintenance.Command(
            Records, PushWrites.Column(places, place => place.Scope), PushWrites.Column(places, place => place.App),
            PushWrites.Column(places, place => place.Table), PushWrites.Column(places, place => place.Id)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var records = new Dictionary<RecordPlace, StoredRecord>(places.Count);
        while (await reader.ReadAsync(cancellationToken))
            records[PlaceAt(reader, 0)] = new StoredRecord(reader.GetFieldValue<byte[]>(4), reader.GetInt64(5), reader.GetInt64(6));
        return records;
    }

    static RecordPlace PlaceAt(NpgsqlDataReader reader, int first) =>
        new(reader.GetString(first), reader.GetString(first + 1), reader.GetString(first + 2), reader.GetString(first + 3));
}
