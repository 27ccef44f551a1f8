using Mana.Sync.Merge;
using Mana.Sync.Push;
using Npgsql;
using NpgsqlTypes;
using static Mana.Sync.Compaction.Maintenance;

namespace Mana.Sync.Compaction;

/// <summary>The statements of compaction inside one scope.</summary>
internal sealed class CompactionSql(NpgsqlConnection connection, long scopeId, string scope)
{
    const string Columns = "c.table_name, c.record_id, c.seq, c.op, c.audience, c.prev_seq, c.lost IS NOT NULL, c.body IS NOT NULL";

    const string Marks = "SELECT compacted_seq, trimmed_seq FROM sync.scopes WHERE id = $1";

    // One probe per app instead of a walk over the whole log of the scope.
    const string Apps = """
        WITH RECURSIVE known (app) AS (
          SELECT min(app_id) FROM sync.changes WHERE scope_id = $1
          UNION ALL
          SELECT (SELECT min(app_id) FROM sync.changes WHERE scope_id = $1 AND app_id > known.app) FROM known WHERE known.app IS NOT NULL)
        SELECT app FROM known WHERE app IS NOT NULL
        """;

    const string Old = $"SELECT {Columns} FROM sync.changes c WHERE c.scope_id = $1 AND c.app_id = $2 AND c.seq > $3 AND c.seq <= $4 ORDER BY c.seq LIMIT $5";

    const string Some = "SELECT 1 FROM sync.changes c WHERE c.scope_id = $1 AND c.app_id = $2 AND c.seq > $3 AND c.seq <= $4 LIMIT 1";

    /// <summary>The row of the log at a position: one probe of its key, whatever the statistics of a young table say (<see cref="PushStore.KnownEvents"/>).</summary>
    const string RowAt = "SELECT * FROM sync.changes r WHERE r.scope_id = $1 AND r.app_id = $2 AND r.seq =";

    /// <summary>Where that row lies; nobody else moves it while the scope is locked.</summary>
    const string PlaceAt = "SELECT r.ctid AS place FROM sync.changes r WHERE r.scope_id = $1 AND r.app_id = $2 AND r.seq =";

    internal const string Earlier = $"""
        WITH RECURSIVE chain (seq, step) AS (
          SELECT f.seq, 0 FROM unnest($3::bigint[]) AS f (seq)
          UNION ALL
          SELECT c.prev_seq, chain.step + 1 FROM chain CROSS JOIN LATERAL ({RowAt} chain.seq OFFSET 0) c WHERE c.prev_seq IS NOT NULL)
        SELECT {Columns} FROM chain CROSS JOIN LATERAL ({RowAt} chain.seq OFFSET 0) c WHERE chain.step > 0
        """;

    internal const string States = """
        SELECT k.t, k.i, r.state FROM unnest($3::text[], $4::text[]) AS k (t, i) CROSS JOIN LATERAL (
          SELECT r.state FROM sync.records r WHERE r.scope_id = $1 AND r.app_id = $2 AND r.table_name = k.t AND r.record_id = k.i OFFSET 0) r
        """;

    // Nobody's device in particular: a folded row holds the work of several, and is for all of them.
    internal const string Rewrite = $"""
        UPDATE sync.changes c SET op = u.op, body = u.body, lost = NULL, audience = u.audience, prev_seq = u.prev_seq, client_id = '', echo = true
        FROM unnest($3::bigint[], $4::smallint[], $5::json[], $6::bigint[], $7::bigint[]) AS u (seq, op, body, audience, prev_seq)
        CROSS JOIN LATERAL ({PlaceAt} u.seq OFFSET 0) p WHERE c.ctid = p.place
        """;

    internal const string Remove = $"""
        DELETE FROM sync.changes c USING unnest($3::bigint[]) AS u (seq) CROSS JOIN LATERAL ({PlaceAt} u.seq OFFSET 0) p WHERE c.ctid = p.place
        """;

    const string Deleted = """
        SELECT DISTINCT table_name, record_id FROM sync.changes WHERE scope_id = $1 AND app_id = $2 AND seq > $3 AND seq <= $4 AND op = 3
        """;

    internal const string Empty = """
        UPDATE sync.records r SET state = u.state FROM unnest($3::text[], $4::text[], $5::json[]) AS u (t, i, state) CROSS JOIN LATERAL (
          SELECT e.ctid AS place FROM sync.records e WHERE e.scope_id = $1 AND e.app_id = $2 AND e.table_name = u.t AND e.record_id = u.i OFFSET 0) p
        WHERE r.ctid = p.place
        """;

    public async Task<(long Compacted, long Trimmed, List<string> Apps)> BeginAsync(CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Enter(scope));
        batch.BatchCommands.Add(Command(Marks, Value(scopeId)));
        batch.BatchCommands.Add(Command(Apps, Value(scopeId)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        // Erased between the look and now: nothing to do.
        var marks = await rows.ReadAsync(cancellationToken) ? (rows.GetInt64(0), rows.GetInt64(1)) : (0L, 0L);
        await rows.NextResultAsync(cancellationToken);
        var apps = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            apps.Add(rows.GetString(0));
        return (marks.Item1, marks.Item2, apps);
    }

    /// <summary>Whether anything lies in this stretch of the log: one probe, without any lock.</summary>
    public async Task<bool> HasRowsAsync(string app, long after, long until, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Enter(scope));
        batch.BatchCommands.Add(Command(Some, Value(scopeId), Text(app), Value(after), Value(until)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken);
    }

    /// <summary>
    /// Opens a transaction that keeps pushes into the scope waiting, and reads over several scopes; until its end is visible (<see cref="Pull.ColdReader.SettleAsync"/>).
    /// </summary>
    public async Task<NpgsqlTransaction> LockAsync(CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(cancellationToken, Enter(scope), Pull.Horizon.Hold([scope]), Command("SELECT FROM sync.scopes WHERE id = $1 FOR UPDATE", Value(scopeId)));
        return transaction;
    }

    public Task<List<(RecordKey Key, OldRow Row)>> OldRowsAsync(string app, long after, long until, int limit, CancellationToken cancellationToken) =>
        RowsAsync(Command(Old, Value(scopeId), Text(app), Value(after), Value(until), Value(limit)), cancellationToken);

    /// <summary>What older runs left of the records whose first row of this step is given: a row or two each.</summary>
    public async Task<ILookup<RecordKey, (RecordKey Key, OldRow Row)>> EarlierRowsAsync(string app, long[] firsts, CancellationToken cancellationToken) =>
        (await RowsAsync(Command(Earlier, Value(scopeId), Text(app), Value(firsts)), cancellationToken)).ToLookup(row => row.Key);

    public async Task<Dictionary<RecordKey, RecordState>> StatesAsync(string app, RecordKey[] keys, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Command(
            States, Value(scopeId), Text(app), Value(keys.Select(key => key.Table).ToArray()), Value(keys.Select(key => key.Id).ToArray())));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var states = new Dictionary<RecordKey, RecordState>();
        while (await rows.ReadAsync(cancellationToken))
            states[new RecordKey(rows.GetString(0), rows.GetString(1))] = RecordStateJson.Read(rows.GetFieldValue<byte[]>(2));
        return states;
    }

    public Task WriteAsync(string app, List<FoldedRow> into, List<long> gone, CancellationToken cancellationToken) => ExecuteAsync(
        cancellationToken,
        Command(Remove, Value(scopeId), Text(app), Value(gone.ToArray())),
        Command(
            Rewrite, Value(scopeId), Text(app), Value(into.Select(row => row.Seq).ToArray()), Value(into.Select(row => (short)row.Kind).ToArray()),
            new NpgsqlParameter<byte[][]> { TypedValue = [.. into.Select(Body)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json },
            Value(into.Select(row => row.Audience).ToArray()), Value(into.Select(row => row.PreviousSeq).ToArray())));

    /// <summary>Records that were deleted in this stretch of the log, whatever became of them since.</summary>
    public async Task<List<RecordKey>> DeletedAsync(string app, long after, long until, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Enter(scope));
        batch.BatchCommands.Add(Command(Deleted, Value(scopeId), Text(app), Value(after), Value(until)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var keys = new List<RecordKey>();
        while (await rows.ReadAsync(cancellationToken))
            keys.Add(new RecordKey(rows.GetString(0), rows.GetString(1)));
        return keys;
    }

    public Task EmptyAsync(string app, IReadOnlyList<(RecordKey Key, RecordState State)> emptied, CancellationToken cancellationToken) => ExecuteAsync(
        cancellationToken,
        Command(
            Empty, Value(scopeId), Text(app), Value(emptied.Select(record => record.Key.Table).ToArray()), Value(emptied.Select(record => record.Key.Id).ToArray()),
            new NpgsqlParameter<byte[][]> { TypedValue = [.. emptied.Select(record => RecordStateJson.Write(record.State))], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json }));

    public Task FinishAsync(long compacted, long trimmed, CancellationToken cancellationToken) => ExecuteAsync(
        cancellationToken,
        Enter(scope),
        Command(
            "UPDATE sync.scopes SET compacted_seq = greatest(compacted_seq, $2), trimmed_seq = greatest(trimmed_seq, $3) WHERE id = $1",
            Value(scopeId), Value(compacted), Value(trimmed)));

    byte[] Body(FoldedRow row) => row.Kind == EditKind.Delete
        ? StateBody.Deletion(row.Fields[RecordState.DeletedAt], StateBody.SpaceOf(scope, row.Fields))
        : StateBody.Fields(row.Fields, scope);

    async Task<List<(RecordKey Key, OldRow Row)>> RowsAsync(NpgsqlBatchCommand query, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(query);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var found = new List<(RecordKey, OldRow)>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add((new RecordKey(rows.GetString(0), rows.GetString(1)), new OldRow(
                rows.GetInt64(2), (EditKind)rows.GetInt16(3), Key(rows, 4), Key(rows, 5), rows.GetBoolean(6), rows.GetBoolean(7))));
        return found;
    }

    static long? Key(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetInt64(column);

    async Task<int> ExecuteAsync(CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands)
    {
        await using var batch = connection.CreateBatch();
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
