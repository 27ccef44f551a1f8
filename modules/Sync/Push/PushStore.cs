using Mana.Sync.Cursors;
using Mana.Sync.Merge;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Push;

/// <summary>A scope that a push writes to, as the first round trip found it; it stays locked until the transaction ends.</summary>
internal sealed record LockedScope(string Name, long Id, Positions Positions, Dictionary<RecordKey, RecordSlot> Records)
{
    /// <summary>Members of a space may hide records from each other; in one's own scope there is nobody to hide from.</summary>
    public bool IsShared => ScopeNames.SpaceIdOf(Name) is not null;
}

/// <summary>Gives out the positions of a locked scope: even and strictly increasing.</summary>
internal sealed class Positions(long first)
{
    long _next = first;

    /// <summary>The newest one that was given out, or what was there before.</summary>
    public long Last => _next - Position.Step;

    /// <summary>The next one; not before <paramref name="at"/>, when that is given.</summary>
    public long Take(long? at)
    {
        var seq = Math.Max(_next, Position.EvenUp(at ?? 0));
        _next = seq + Position.Step;
        return seq;
    }
}

/// <summary>What the first round trip of a push brings back.</summary>
/// <param name="AuthorId">Surrogate key of the caller's own scope.</param>
/// <param name="KnownEvents">Keys of the request that are stored already, with their positions.</param>
internal sealed record LockedScopes(long AuthorId, Dictionary<Guid, long> KnownEvents, IReadOnlyList<LockedScope> Scopes);

/// <summary>
/// The SQL of a push: one round trip that locks the scopes and reads what the merge needs, one that writes and commits. A scope's row
/// lock is held until commit, so the order of positions is the order of commits and no reader can ever pass a row that is still to come
/// (sync.md 14.4). Several scopes are locked in the order of their names.
/// </summary>
internal sealed class PushStore(NpgsqlConnection connection, Tenant caller, string appId)
{
    const string EnsureOwn = "INSERT INTO sync.scopes (name, last_seq) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING";

    const string Author = "SELECT id FROM sync.scopes WHERE name = $1";

    const string Lock = """
        INSERT INTO sync.scopes AS s (name, last_seq) VALUES ($1, ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint & ~1::bigint) + $2)
        ON CONFLICT (name) DO UPDATE SET last_seq = greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint & ~1::bigint, s.last_seq + 2) + $2
        RETURNING id, last_seq - $2
        """;

    // OFFSET 0 keeps the inner query whole: one index probe per key. As a plain join, or with = ANY, the planner may read all that the author has
    // ever written, or all records of the scope: it does while the tables are as young as their statistics.
    internal const string KnownEvents = """
        SELECT k.e, c.seq FROM unnest($2::uuid[]) AS k (e) CROSS JOIN LATERAL (
          SELECT c.seq FROM sync.changes c WHERE c.author_id = (SELECT id FROM sync.scopes WHERE name = $1) AND c.event_id = k.e OFFSET 0) c
        """;

    internal const string Records = """
        SELECT k.t, k.i, r.* FROM unnest($3::text[], $4::text[]) AS k (t, i) CROSS JOIN LATERAL (
          SELECT r.state, r.last_seq, r.fingerprint, r.author_id, r.private FROM sync.records r
          WHERE r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND r.app_id = $2 AND r.table_name = k.t AND r.record_id = k.i OFFSET 0) r
        """;

    internal const string Overtaken = """
        SELECT k.seq, r.body, r.lost FROM unnest($3::bigint[]) AS k (seq) CROSS JOIN LATERAL (
          SELECT r.body, r.lost FROM sync.changes r WHERE r.scope_id = $1 AND r.app_id = $2 AND r.seq = k.seq OFFSET 0) r
        """;

    public async Task<LockedScopes> BeginAsync(IReadOnlyList<PlannedChange> changes, CancellationToken cancellationToken)
    {
        var groups = changes.GroupBy(change => change.Scope, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        batch.BatchCommands.Add(caller.EnterWriting(groups.ConvertAll(group => group.Key)));
        batch.BatchCommands.Add(Horizon.Hold(groups.ConvertAll(group => group.Key)));
        // Behind the locks: a new row keeps others waiting, who may hold one of them.
        if (!groups.Exists(group => group.Key == caller.Own.Name))
            batch.BatchCommands.Add(Command(EnsureOwn, Text(caller.Own.Name)));
        foreach (var group in groups)
            batch.BatchCommands.Add(Command(Lock, Text(group.Key), new NpgsqlParameter<long> { TypedValue = (PositionsFor(group.Key, group.Count()) - 1L) * Position.Step }));
        if (groups is not [{ Key: var only }] || only != caller.Own.Name)
            batch.BatchCommands.Add(Command(Author, Text(caller.Own.Name)));
        batch.BatchCommands.Add(Command(KnownEvents, Text(caller.Own.Name), Many(changes.Select(change => change.EventId).OfType<Guid>().ToArray())));
        foreach (var group in groups)
        {
            var keys = group.Select(change => change.Key).Distinct().ToList();
            batch.BatchCommands.Add(Command(
                Records, Text(group.Key), Text(appId), Many(keys.Select(key => key.Table).ToArray()), Many(keys.Select(key => key.Id).ToArray())));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        // Settings, then the locks.
        await reader.NextResultAsync(cancellationToken);
        return await ReadAsync(reader, groups.ConvertAll(group => group.Key), cancellationToken);
    }

    /// <summary>A change in a shared scope may need a second row, when it hides a record from the other members or shows it to them.</summary>
    static int PositionsFor(string scope, int changes) => ScopeNames.SpaceIdOf(scope) is null ? changes : changes * 2;

    async Task<LockedScopes> ReadAsync(NpgsqlDataReader reader, List<string> names, CancellationToken cancellationToken)
    {
        var locked = new List<(long Id, long FirstSeq)>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            await NextRowAsync(reader, cancellationToken);
            locked.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        var authorId = locked[0].Id;
        if (names is not [var only] || only != caller.Own.Name)
        {
            await NextRowAsync(reader, cancellationToken);
            authorId = reader.GetInt64(0);
        }

        var events = new Dictionary<Guid, long>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            events[reader.GetGuid(0)] = reader.GetInt64(1);

        var scopes = new List<LockedScope>(names.Count);
        for (var i = 0; i < names.Count; i++)
            scopes.Add(new LockedScope(names[i], locked[i].Id, new Positions(locked[i].FirstSeq), await RecordsAsync(reader, cancellationToken)));
        return new LockedScopes(authorId, events, scopes);
    }

    static async Task<Dictionary<RecordKey, RecordSlot>> RecordsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var records = new Dictionary<RecordKey, RecordSlot>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var slot = ReadSlot(reader, 0);
            records[slot.Key] = slot;
        }

        return records;
    }

    /// <summary>The columns of <see cref="Records"/>, from <paramref name="first"/> on.</summary>
    public static RecordSlot ReadSlot(NpgsqlDataReader reader, int first) => new()
    {
        Key = new RecordKey(reader.GetString(first), reader.GetString(first + 1)),
        State = RecordStateJson.Read(reader.GetFieldValue<byte[]>(first + 2)),
        LastSeq = reader.GetInt64(first + 3),
        StoredSeq = reader.GetInt64(first + 3),
        Fingerprint = reader.IsDBNull(first + 4) ? null : reader.GetGuid(first + 4),
        AuthorId = reader.GetInt64(first + 5),
        IsPrivate = reader.GetBoolean(first + 6),
    };

    static async Task NextRowAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
    }

    public Task<List<SupersededRow>> SupersededAsync(LockedScope scope, Dictionary<long, HashSet<string>> superseded, CancellationToken cancellationToken) =>
        SupersededAsync(connection, appId, scope, superseded, cancellationToken);

    /// <summary>Bodies of stored rows that a tie has overtaken; only read when there are any.</summary>
    public static async Task<List<SupersededRow>> SupersededAsync(
        NpgsqlConnection connection, string appId, LockedScope scope, Dictionary<long, HashSet<string>> superseded, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Overtaken, connection);
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
