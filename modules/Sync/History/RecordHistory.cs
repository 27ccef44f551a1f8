using Mana.Sync.Merge;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.History;

/// <summary>One accepted change of a record, as it is stored.</summary>
/// <param name="Body">What it told others; null when it had no effect.</param>
/// <param name="Lost">Versions that did not become current, by field.</param>
/// <param name="Own">Written by whoever asks.</param>
internal sealed record StoredVersion(long Seq, Guid EventId, string ClientId, EditKind Kind, byte[]? Body, byte[]? Lost, bool Own);

/// <summary>Where a record of the caller was found.</summary>
internal sealed record FoundRecord(ScopeAccess Scope, RecordState State, long LastSeq, long Compacted);

/// <summary>
/// Reads the past of one record: from its newest row backwards, along the chain that every row keeps to the one before. So a version costs
/// one probe of the log's key, and the log needs no index by record.
/// </summary>
internal sealed class RecordHistory(NpgsqlDataSource database)
{
    /// <summary>A page ends early behind so much content: a record of megabytes may have hundreds of versions.</summary>
    const int MostBytes = 8 * 1024 * 1024;

    const string Record = """
        SELECT r.state, r.last_seq, s.compacted_seq FROM sync.records r JOIN sync.scopes s ON s.id = r.scope_id
        WHERE r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND r.app_id = $2 AND r.table_name = $3 AND r.record_id = $4
        """;

    // The chain runs through rows that are meant for other members; they are passed over, not shown. First the keys, then what the rows hold, one by
    // one: a page that is full does not fetch the rest.
    const string Chain = """
        WITH RECURSIVE chain AS (
          SELECT c.scope_id, c.seq, c.prev_seq, 1 AS step FROM sync.changes c
          WHERE c.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND c.app_id = $2 AND c.seq = $3 AND c.record_id = $4 AND c.table_name = $7
          UNION ALL
          SELECT p.scope_id, p.seq, p.prev_seq, chain.step + 1 FROM chain CROSS JOIN LATERAL (
            SELECT r.scope_id, r.seq, r.prev_seq FROM sync.changes r WHERE r.scope_id = chain.scope_id AND r.app_id = $2 AND r.seq = chain.prev_seq OFFSET 0) p
          WHERE chain.step < $6)
        SELECT c.seq, c.event_id, c.client_id, c.op, c.body, c.lost, coalesce(c.author_id = me.id, false), c.prev_seq,
          c.audience IS NULL OR c.audience = me.id OR (c.audience < 0 AND c.audience <> -coalesce(me.id, 0))
        FROM (SELECT * FROM chain ORDER BY seq DESC OFFSET 0) k
        CROSS JOIN LATERAL (SELECT * FROM sync.changes r WHERE r.scope_id = k.scope_id AND r.app_id = $2 AND r.seq = k.seq OFFSET 0) c
        LEFT JOIN sync.scopes me ON me.name = $5
        WHERE c.record_id = $4 AND c.table_name = $7 ORDER BY k.seq DESC
        """;

    /// <summary>In the caller's own scope, or in the space that is named. Null when there is none that the caller may see.</summary>
    public async Task<FoundRecord?> FindAsync(Tenant caller, string appId, string table, string id, string? spaceId, CancellationToken cancellationToken)
    {
        if (ScopeRules.Readable(caller, spaceId) is not { } scope)
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(caller.EnterReading());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Record) { Parameters = { Text(scope.Name), Text(appId), Text(table), Text(id) } });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? new FoundRecord(scope, RecordStateJson.Read(rows.GetFieldValue<byte[]>(0)), rows.GetInt64(1), rows.GetInt64(2))
            : null;
    }

    /// <summary>At most <paramref name="limit"/> versions, newest first, from position <paramref name="from"/> backwards; and where the next page begins, if there is one. A gap: there is no row at that position any more.</summary>
    public async Task<(List<StoredVersion> Versions, long? Next, bool IsGap)> ReadAsync(
        Tenant caller, FoundRecord record, string appId, RecordKey key, long from, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        // Entered as for writing: only so can the chain be followed through rows that are for others.
        batch.BatchCommands.Add(caller.EnterWriting([record.Scope.Name]));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Chain)
        {
            Parameters =
            {
                Text(record.Scope.Name), Text(appId), new NpgsqlParameter<long> { TypedValue = from }, Text(key.Id), Text(caller.Own.Name),
                new NpgsqlParameter<int> { TypedValue = limit }, Text(key.Table),
            },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var (versions, next, bytes, isGap) = (new List<StoredVersion>(), default(long?), 0, true);
        while (bytes < MostBytes && await rows.ReadAsync(cancellationToken))
        {
            isGap = false;
            next = rows.IsDBNull(7) ? null : rows.GetInt64(7);
            if (rows.IsDBNull(8) || !rows.GetBoolean(8))
                continue;
            var (body, lost) = (Bytes(rows, 4), Bytes(rows, 5));
            versions.Add(new StoredVersion(rows.GetInt64(0), rows.GetGuid(1), rows.GetString(2), (EditKind)rows.GetInt16(3), body, lost, rows.GetBoolean(6)));
            bytes += (body?.Length ?? 0) + (lost?.Length ?? 0);
        }

        return (versions, next, isGap);
    }

    static byte[]? Bytes(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetFieldValue<byte[]>(column);

    static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}
