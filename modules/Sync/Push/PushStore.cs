using Mana.Sync.Cursors;
using Mana.Sync.Merge;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Push;

/// <summary>What the first round trip of a push brings back; the scope stays locked until the transaction ends.</summary>
/// <param name="KnownEvents">Keys of the request that are stored already, with their positions.</param>
internal sealed record LockedScope(long Id, long FirstSeq, Dictionary<Guid, long> KnownEvents, Dictionary<RecordKey, RecordSlot> Records);

/// <summary>
/// The SQL of a push: one round trip that locks the scope and reads what the merge needs, one that writes and commits. The scope's row
/// lock is held until commit, so the order of positions is the order of commits and no reader can ever pass a row that is still to come
/// (sync.md 14.4).
/// </summary>
internal sealed class PushStore(NpgsqlConnection connection, Tenant caller, string appId)
{
    const string Lock = """
        INSERT INTO sync.scopes AS s (name, last_seq) VALUES ($1, ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint & ~1::bigint) + $2)
        ON CONFLICT (name) DO UPDATE SET last_seq = greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint & ~1::bigint, s.last_seq + 2) + $2
        RETURNING id, last_seq - $2
        """;

    const string KnownEvents = "SELECT event_id, seq FROM sync.changes WHERE author_id = (SELECT id FROM sync.scopes WHERE name = $1) AND event_id = ANY ($2)";

    // OFFSET 0 keeps the inner query whole: one index probe per key. As a plain join the planner may read all records of the scope instead.
    internal const string Records = """
        SELECT k.t, k.i, r.* FROM unnest($3::text[], $4::text[]) AS k (t, i) CROSS JOIN LATERAL (
          SELECT r.state, r.last_seq, r.fingerprint FROM sync.records r
          WHERE r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND r.app_id = $2 AND r.table_name = k.t AND r.record_id = k.i OFFSET 0) r
        """;

    public async Task<LockedScope> BeginAsync(string scope, IReadOnlyList<PlannedChange> changes, CancellationToken cancellationToken)
    {
        var keys = changes.Select(change => change.Key).Distinct().ToList();
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        batch.BatchCommands.Add(caller.Enter());
        batch.BatchCommands.Add(Command(Lock, Text(scope), new NpgsqlParameter<long> { TypedValue = (changes.Count - 1L) * Position.Step }));
        batch.BatchCommands.Add(Command(KnownEvents, Text(caller.OwnScope), Many(changes.Select(change => change.EventId).OfType<Guid>().ToArray())));
        batch.BatchCommands.Add(Command(
            Records, Text(scope), Text(appId), Many(keys.Select(key => key.Table).ToArray()), Many(keys.Select(key => key.Id).ToArray())));

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (id, firstSeq) = (reader.GetInt64(0), reader.GetInt64(1));

        var events = new Dictionary<Guid, long>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            events[reader.GetGuid(0)] = reader.GetInt64(1);

        var records = new Dictionary<RecordKey, RecordSlot>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = new RecordKey(reader.GetString(0), reader.GetString(1));
            records[key] = new RecordSlot
            {
                Key = key,
                State = RecordStateJson.Read(reader.GetFieldValue<byte[]>(2)),
                LastSeq = reader.GetInt64(3),
                Fingerprint = reader.IsDBNull(4) ? null : reader.GetGuid(4),
            };
        }

        return new LockedScope(id, firstSeq, events, records);
    }

    /// <summary>Bodies of stored rows that a tie has overtaken; only read when there are any.</summary>
    public async Task<List<SupersededRow>> SupersededAsync(LockedScope scope, Dictionary<long, HashSet<string>> superseded, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT seq, body, lost FROM sync.changes WHERE scope_id = $1 AND app_id = $2 AND seq = ANY ($3)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scope.Id });
        command.Parameters.Add(Text(appId));
        command.Parameters.Add(Many(superseded.Keys.ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<SupersededRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (body, lost) = StoredBody.WithoutFields(Bytes(reader, 1), Bytes(reader, 2), superseded[reader.GetInt64(0)]);
            rows.Add(new SupersededRow(reader.GetInt64(0), body, lost));
        }

        return rows;
    }

    public void AppendWrites(NpgsqlBatch batch, LockedScope scope, PushSession session, IReadOnlyList<SupersededRow> superseded, string clientId)
    {
        if (session.Rows.Count > 0)
        {
            batch.BatchCommands.Add(PushWrites.InsertChanges(scope.Id, caller.OwnScope, appId, clientId, session.Rows));
            batch.BatchCommands.Add(PushWrites.UpsertRecords(scope.Id, caller.OwnScope, appId, [.. session.Touched]));
        }

        if (superseded.Count > 0)
            batch.BatchCommands.Add(PushWrites.RewriteBodies(scope.Id, appId, superseded));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
    }

    static byte[]? Bytes(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

    static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    static NpgsqlParameter<T[]> Many<T>(T[] values) => new() { TypedValue = values };
}

internal sealed record SupersededRow(long Seq, byte[]? Body, byte[]? Lost);
