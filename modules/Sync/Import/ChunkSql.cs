using Mana.Sync.Compaction;
using Mana.Sync.Merge;
using Mana.Sync.Pull;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Import;

/// <summary>A scope of a chunk, locked until the chunk is committed.</summary>
/// <param name="CompactedSeq">Changes up to here may have been folded into others.</param>
internal sealed record ChunkScope(long Id, long LastSeq, long CompactedSeq);

/// <summary>What is there already of what a chunk writes to.</summary>
internal sealed record ChunkGround(
    Dictionary<string, ChunkScope> Scopes, long Clock, Dictionary<string, long> Authors, Dictionary<Guid, long> KnownEvents,
    Dictionary<(string Scope, string App), Dictionary<RecordKey, RecordSlot>> Records);

/// <summary>The statements of a chunk: a fixed number of them, whatever the number of users and apps; only the inserts are one per author.</summary>
internal static class ChunkSql
{
    const string Ensure = """
        INSERT INTO sync.scopes (name, last_seq) SELECT n, 0 FROM unnest($1::text[]) AS u (n) WHERE NOT EXISTS (SELECT FROM sync.scopes s WHERE s.name = u.n)
        ORDER BY n ON CONFLICT (name) DO NOTHING
        """;

    const string Lock = "SELECT name, id, last_seq, compacted_seq FROM sync.scopes WHERE name = ANY ($1) ORDER BY name FOR UPDATE";

    const string Clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint & ~1::bigint";

    const string Authors = "SELECT name, id FROM sync.scopes WHERE name = ANY ($1)";

    const string KnownEvents = """
        SELECT k.e, c.seq FROM unnest($1::bigint[], $2::uuid[]) AS k (a, e) CROSS JOIN LATERAL (
          SELECT c.seq FROM sync.changes c WHERE c.author_id = k.a AND c.event_id = k.e OFFSET 0) c
        """;

    const string Records = """
        SELECT k.s, k.a, k.t, k.i, r.* FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS k (s, a, t, i) CROSS JOIN LATERAL (
          SELECT r.state, r.last_seq, r.fingerprint, r.author_id, r.private FROM sync.records r
          WHERE r.scope_id = k.s AND r.app_id = k.a AND r.table_name = k.t AND r.record_id = k.i OFFSET 0) r
        """;

    // Compiling statements about so many rows costs more than running them.
    const string EnterSql =
        $"SELECT set_config('mana.system', 'maintenance', true), set_config('mana.read', '', true), set_config('mana.author', $1, true), set_config('mana.write', $2, true), {Tenant.StablePlans}";

    const string Insert = """
        INSERT INTO sync.changes (author_id, scope_id, app_id, client_id, seq, event_id, table_name, record_id, op, schema_version, echo, body, lost, prev_seq, audience)
        SELECT $1, u.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::smallint[], $10::smallint[],
          $11::boolean[], $12::json[], $13::json[], $14::bigint[], $15::bigint[]) AS u
        """;

    const string Upsert = """
        INSERT INTO sync.records AS r (scope_id, app_id, table_name, record_id, state, last_seq, fingerprint, deleted, partial, author_id, private)
        SELECT u.* FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::json[], $6::bigint[], $7::uuid[], $8::boolean[], $9::boolean[],
          $10::bigint[], $11::boolean[]) AS u
        ON CONFLICT (scope_id, app_id, table_name, record_id) DO UPDATE SET
          state = excluded.state, last_seq = excluded.last_seq, fingerprint = excluded.fingerprint, deleted = excluded.deleted, partial = excluded.partial,
          private = excluded.private
        """;

    const string Advance = "UPDATE sync.scopes s SET last_seq = u.seq FROM unnest($1::bigint[], $2::bigint[]) AS u (id, seq) WHERE s.id = u.id AND s.last_seq < u.seq";

    /// <summary>Opens a transaction that holds the scopes of the chunk. They are locked in the order of their names, as pushes do.</summary>
    /// <param name="everywhere">Look for the rows in every scope, not only in those that they belong to now: one statement per author.</param>
    public static async Task<ChunkGround> BeginAsync(NpgsqlConnection connection, Chunk chunk, bool everywhere, CancellationToken cancellationToken)
    {
        string[] scopes = [.. chunk.Rows.Select(row => row.Scope).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] authors = [.. chunk.Rows.Select(AuthorOf).Distinct(StringComparer.Ordinal)];
        string[] all = [.. scopes.Union(authors, StringComparer.Ordinal)];
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        batch.BatchCommands.Add(Enter("", all));
        batch.BatchCommands.Add(Maintenance.Command(Ensure, PushWrites.Value(all)));
        batch.BatchCommands.Add(Maintenance.Command(Lock, PushWrites.Value(scopes)));
        batch.BatchCommands.Add(Horizon.Hold(scopes));
        batch.BatchCommands.Add(Maintenance.Command(Clock));
        batch.BatchCommands.Add(Maintenance.Command(Authors, PushWrites.Value(authors)));
        ChunkGround ground;
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
            ground = await ReadScopesAsync(rows, cancellationToken);
        await ReadRowsAsync(connection, chunk, ground, everywhere, cancellationToken);
        return ground;
    }

    /// <summary>
    /// Maintenance of these scopes, on behalf of an author. As few scopes as a statement needs: row-level security looks them all up for each.
    /// </summary>
    public static NpgsqlBatchCommand Enter(string author, IEnumerable<string> scopes) => Maintenance.Command(
        EnterSql, Maintenance.Text(author), Maintenance.Text(string.Join(Tenant.Separator, scopes)));

    public static string AuthorOf(PlannedRow row) => ScopeNames.OfUser(row.Row.UserId);

    /// <summary>The rows of one author; row-level security lets a transaction write as one at a time.</summary>
    public static IEnumerable<NpgsqlBatchCommand> InsertRows(string author, long authorId, List<(PushSession Session, LogRow Row, string App)> rows)
    {
        yield return Enter(author, rows.Select(row => row.Session.Scope.Name).Append(author).Distinct(StringComparer.Ordinal));
        yield return Maintenance.Command(
            Insert, PushWrites.Value(authorId), PushWrites.Column(rows, row => row.Session.Scope.Id), PushWrites.Column(rows, row => row.App),
            PushWrites.Column(rows, row => row.Row.Change.Past!.ClientId), PushWrites.Column(rows, row => row.Row.Seq), PushWrites.Column(rows, row => row.Row.EventId),
            PushWrites.Column(rows, row => row.Row.Change.Key.Table), PushWrites.Column(rows, row => row.Row.Change.Key.Id),
            PushWrites.Column(rows, row => (short)row.Row.Kind), PushWrites.Column(rows, row => (short)row.Row.Change.Source.SchemaVersion),
            PushWrites.Column(rows, row => row.Row.Echo), PushWrites.Json(rows, row => row.Row.Body), PushWrites.Json(rows, row => row.Row.Lost),
            PushWrites.Column(rows, row => row.Row.PreviousSeq), PushWrites.Column(rows, row => row.Row.Audience));
    }

    public static NpgsqlBatchCommand UpsertRecords(List<(long ScopeId, string App, RecordSlot Record)> records) => Maintenance.Command(
        Upsert, PushWrites.Column(records, row => row.ScopeId), PushWrites.Column(records, row => row.App), PushWrites.Column(records, row => row.Record.Key.Table),
        PushWrites.Column(records, row => row.Record.Key.Id), PushWrites.Json(records, row => RecordStateJson.Write(row.Record.State)),
        PushWrites.Column(records, row => row.Record.LastSeq), PushWrites.Column(records, row => row.Record.Fingerprint),
        PushWrites.Column(records, row => row.Record.State.IsDeleted || row.Record.State.IsErased), PushWrites.Column(records, row => row.Record.State.IsPartial),
        PushWrites.Column(records, row => row.Record.AuthorId), PushWrites.Column(records, row => row.Record.IsPrivate));

    public static NpgsqlBatchCommand AdvanceScopes(List<(long Id, long Seq)> scopes) =>
        Maintenance.Command(Advance, PushWrites.Column(scopes, scope => scope.Id), PushWrites.Column(scopes, scope => scope.Seq));

    static async Task<ChunkGround> ReadScopesAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        // The settings and, further down, the advisory locks give rows of their own.
        await rows.NextResultAsync(cancellationToken);
        var scopes = new Dictionary<string, ChunkScope>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            scopes[rows.GetString(0)] = new ChunkScope(rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3));
        await rows.NextResultAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var clock = rows.GetInt64(0);
        await rows.NextResultAsync(cancellationToken);
        var authors = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            authors[rows.GetString(0)] = rows.GetInt64(1);
        return new ChunkGround(scopes, clock, authors, [], []);
    }

    static async Task ReadRowsAsync(NpgsqlConnection connection, Chunk chunk, ChunkGround ground, bool everywhere, CancellationToken cancellationToken)
    {
        var keys = chunk.Rows.Select(row => (row.Scope, row.AppId, row.Change.Key)).Distinct().ToList();
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Command(
            Records, PushWrites.Column(keys, key => ground.Scopes[key.Scope].Id), PushWrites.Column(keys, key => key.AppId),
            PushWrites.Column(keys, key => key.Key.Table), PushWrites.Column(keys, key => key.Key.Id)));
        batch.BatchCommands.Add(Known(chunk.Rows, ground));
        foreach (var author in everywhere ? chunk.Rows.GroupBy(AuthorOf) : [])
        {
            batch.BatchCommands.Add(Enter(author.Key, [author.Key]));
            batch.BatchCommands.Add(Known([.. author], ground));
        }

        var names = ground.Scopes.ToDictionary(scope => scope.Value.Id, scope => scope.Key);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var place = (names[rows.GetInt64(0)], rows.GetString(1));
            if (!ground.Records.TryGetValue(place, out var slots))
                ground.Records[place] = slots = [];
            var slot = PushStore.ReadSlot(rows, 2);
            slots[slot.Key] = slot;
        }

        while (await rows.NextResultAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken))
                if (rows.FieldCount == 2)
                    ground.KnownEvents[rows.GetGuid(0)] = rows.GetInt64(1);
    }

    static NpgsqlBatchCommand Known(IReadOnlyList<PlannedRow> rows, ChunkGround ground) => Maintenance.Command(
        KnownEvents, PushWrites.Column(rows, row => ground.Authors[AuthorOf(row)]), PushWrites.Column(rows, row => row.Row.Id));
}
