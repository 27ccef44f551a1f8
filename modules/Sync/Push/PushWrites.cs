using Mana.Sync.Merge;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Push;

/// <summary>The writing statements of a push: whole batches as arrays, one statement each, whatever the number of changes.</summary>
internal static class PushWrites
{
    const string Insert = """
        INSERT INTO sync.changes (scope_id, author_id, app_id, client_id, seq, event_id, table_name, record_id, op, schema_version, echo, body, lost)
        SELECT $1, (SELECT id FROM sync.scopes WHERE name = $2), $3, $4, u.* FROM
          unnest($5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::smallint[], $10::smallint[], $11::boolean[], $12::json[], $13::json[]) AS u
        """;

    const string Upsert = """
        INSERT INTO sync.records AS r (scope_id, author_id, app_id, table_name, record_id, state, last_seq, fingerprint, deleted, partial)
        SELECT $1, (SELECT id FROM sync.scopes WHERE name = $2), $3, u.* FROM
          unnest($4::text[], $5::text[], $6::json[], $7::bigint[], $8::uuid[], $9::boolean[], $10::boolean[]) AS u
        ON CONFLICT (scope_id, app_id, table_name, record_id) DO UPDATE SET
          state = excluded.state, last_seq = excluded.last_seq, fingerprint = excluded.fingerprint, deleted = excluded.deleted, partial = excluded.partial
        """;

    const string Rewrite = """
        UPDATE sync.changes c SET body = u.body, lost = u.lost FROM unnest($3::bigint[], $4::json[], $5::json[]) AS u (seq, body, lost)
        WHERE c.scope_id = $1 AND c.app_id = $2 AND c.seq = u.seq
        """;

    public static NpgsqlBatchCommand InsertChanges(long scopeId, string author, string appId, string clientId, List<LogRow> rows) => new(Insert)
    {
        Parameters =
        {
            Value(scopeId), Value(author), Value(appId), Value(clientId),
            Column(rows, row => row.Seq), Column(rows, row => row.EventId),
            Column(rows, row => row.Change.Key.Table), Column(rows, row => row.Change.Key.Id),
            Column(rows, row => (short)row.Kind), Column(rows, row => (short)row.Change.Source.SchemaVersion), Column(rows, row => row.Echo),
            Json(rows, row => row.Body), Json(rows, row => row.Lost),
        },
    };

    public static NpgsqlBatchCommand UpsertRecords(long scopeId, string author, string appId, List<RecordSlot> records) => new(Upsert)
    {
        Parameters =
        {
            Value(scopeId), Value(author), Value(appId),
            Column(records, record => record.Key.Table), Column(records, record => record.Key.Id),
            Json(records, record => RecordStateJson.Write(record.State)), Column(records, record => record.LastSeq),
            Column(records, record => record.Fingerprint),
            Column(records, record => record.State.IsDeleted || record.State.IsErased), Column(records, record => record.State.IsPartial),
        },
    };

    public static NpgsqlBatchCommand RewriteBodies(long scopeId, string appId, IReadOnlyList<SupersededRow> rows) => new(Rewrite)
    {
        Parameters = { Value(scopeId), Value(appId), Column(rows, row => row.Seq), Json(rows, row => row.Body), Json(rows, row => row.Lost) },
    };

    static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    static NpgsqlParameter<TColumn[]> Column<TRow, TColumn>(IReadOnlyList<TRow> rows, Func<TRow, TColumn> column) => new() { TypedValue = Values(rows, column) };

    static NpgsqlParameter<byte[]?[]> Json<TRow>(IReadOnlyList<TRow> rows, Func<TRow, byte[]?> column) =>
        new() { TypedValue = Values(rows, column), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json };

    static TColumn[] Values<TRow, TColumn>(IReadOnlyList<TRow> rows, Func<TRow, TColumn> column)
    {
        var values = new TColumn[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = column(rows[i]);
        return values;
    }
}
