using Mana.Sync.Merge;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Push;

/// <summary>The writing statements of a push: whole batches as arrays, one statement each, whatever the number of changes.</summary>
internal static class PushWrites
{
    const string Insert = """
        INSERT INTO sync.changes (scope_id, author_id, app_id, client_id, seq, event_id, table_name, record_id, op, schema_version, echo, body, lost, prev_seq, audience)
        SELECT $1, $2, $3, $4, u.* FROM
          unnest($5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::smallint[], $10::smallint[], $11::boolean[], $12::json[], $13::json[], $14::bigint[], $15::bigint[]) AS u
        """;

    const string Upsert = """
        INSERT INTO sync.records AS r (scope_id, app_id, table_name, record_id, state, last_seq, fingerprint, deleted, partial, author_id, private)
        SELECT $1, $2, u.* FROM
          unnest($3::text[], $4::text[], $5::json[], $6::bigint[], $7::uuid[], $8::boolean[], $9::boolean[], $10::bigint[], $11::boolean[]) AS u
        ON CONFLICT (scope_id, app_id, table_name, record_id) DO UPDATE SET
          state = excluded.state, last_seq = excluded.last_seq, fingerprint = excluded.fingerprint, deleted = excluded.deleted, partial = excluded.partial,
          private = excluded.private
        """;

    // By the place of a row, found by its key (PushStore.KnownEvents says why): nobody else moves it while the scope is locked.
    internal const string Rewrite = """
        UPDATE sync.changes c SET body = u.body, lost = u.lost FROM unnest($3::bigint[], $4::json[], $5::json[]) AS u (seq, body, lost) CROSS JOIN LATERAL (
          SELECT r.ctid AS place FROM sync.changes r WHERE r.scope_id = $1 AND r.app_id = $2 AND r.seq = u.seq OFFSET 0) p
        WHERE c.ctid = p.place
        """;

    // Rows that only told the others to forget the record (op 4) stay as they are: its author must not follow them.
    internal const string Withdraw = """
        WITH RECURSIVE chain (seq, author_id) AS (
          SELECT * FROM unnest($3::bigint[], $4::bigint[])
          UNION ALL
          SELECT p.prev_seq, chain.author_id FROM chain CROSS JOIN LATERAL (
            SELECT r.prev_seq FROM sync.changes r WHERE r.scope_id = $1 AND r.app_id = $2 AND r.seq = chain.seq OFFSET 0) p WHERE p.prev_seq IS NOT NULL)
        UPDATE sync.changes c SET audience = chain.author_id FROM chain CROSS JOIN LATERAL (
          SELECT r.ctid AS place FROM sync.changes r WHERE r.scope_id = $1 AND r.app_id = $2 AND r.seq = chain.seq OFFSET 0) p
        WHERE c.ctid = p.place AND (c.audience IS NULL OR (c.audience < 0 AND c.op <> 4))
        """;

    /// <summary>Everything that the session decided, in the order in which it must happen.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Of(PushSession session, long authorId, string appId, string clientId, List<SupersededRow> superseded)
    {
        var scopeId = session.Scope.Id;
        if (session.Rows.Count > 0)
        {
            yield return InsertChanges(scopeId, authorId, appId, clientId, session.Rows);
            yield return UpsertRecords(scopeId, appId, [.. session.Touched]);
        }

        if (superseded.Count > 0)
            yield return RewriteBodies(scopeId, appId, superseded);
        var withdrawn = session.Touched.Where(record => record is { Withdrawn: true, StoredSeq: > 0 }).ToList();
        if (withdrawn.Count > 0)
            yield return WithdrawHistory(scopeId, appId, withdrawn);
    }

    static NpgsqlBatchCommand InsertChanges(long scopeId, long authorId, string appId, string clientId, List<LogRow> rows) => new(Insert)
    {
        Parameters =
        {
            Value(scopeId), Value(authorId), Value(appId), Value(clientId),
            Column(rows, row => row.Seq), Column(rows, row => row.EventId),
            Column(rows, row => row.Change.Key.Table), Column(rows, row => row.Change.Key.Id),
            Column(rows, row => (short)row.Kind), Column(rows, row => (short)row.Change.Source.SchemaVersion), Column(rows, row => row.Echo),
            Json(rows, row => row.Body), Json(rows, row => row.Lost), Column(rows, row => row.PreviousSeq), Column(rows, row => row.Audience),
        },
    };

    static NpgsqlBatchCommand UpsertRecords(long scopeId, string appId, List<RecordSlot> records) => new(Upsert)
    {
        Parameters =
        {
            Value(scopeId), Value(appId),
            Column(records, record => record.Key.Table), Column(records, record => record.Key.Id),
            Json(records, record => RecordStateJson.Write(record.State)), Column(records, record => record.LastSeq),
            Column(records, record => record.Fingerprint),
            Column(records, record => record.State.IsDeleted || record.State.IsErased), Column(records, record => record.State.IsPartial),
            Column(records, record => record.AuthorId), Column(records, record => record.IsPrivate),
        },
    };

    public static NpgsqlBatchCommand RewriteBodies(long scopeId, string appId, IReadOnlyList<SupersededRow> rows) => new(Rewrite)
    {
        Parameters = { Value(scopeId), Value(appId), Column(rows, row => row.Seq), Json(rows, row => row.Body), Json(rows, row => row.Lost) },
    };

    public static NpgsqlBatchCommand WithdrawHistory(long scopeId, string appId, IReadOnlyList<RecordSlot> records) => new(Withdraw)
    {
        Parameters = { Value(scopeId), Value(appId), Column(records, record => record.StoredSeq), Column(records, record => record.AuthorId) },
    };

    public static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    public static NpgsqlParameter<TColumn[]> Column<TRow, TColumn>(IReadOnlyList<TRow> rows, Func<TRow, TColumn> column) => new() { TypedValue = Values(rows, column) };

    public static NpgsqlParameter<byte[]?[]> Json<TRow>(IReadOnlyList<TRow> rows, Func<TRow, byte[]?> column) =>
        new() { TypedValue = Values(rows, column), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json };

    static TColumn[] Values<TRow, TColumn>(IReadOnlyList<TRow> rows, Func<TRow, TColumn> column)
    {
        var values = new TColumn[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = column(rows[i]);
        return values;
    }
}
