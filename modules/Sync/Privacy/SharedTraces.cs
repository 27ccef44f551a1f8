using Mana.Sync.Compaction;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Privacy;

/// <summary>
/// What a person leaves behind in spaces of others (sync.md 18). The values stay, because the other members work with them; who wrote them
/// is no longer said: the author's key is turned into that of nobody, devices and ids are taken out of the rows. Records that only the
/// author could see go.
/// </summary>
internal sealed class SharedTraces(NpgsqlDataSource database)
{
    /// <summary>In the place of the person's id, wherever a value or an actor names it.</summary>
    public const string Nobody = "erased-user";

    const string Spaces = """
        SELECT name FROM sync.scopes WHERE name LIKE 'space:%' AND id IN (
          SELECT scope_id FROM sync.changes WHERE author_id = (SELECT id FROM sync.scopes WHERE name = $1)
          UNION SELECT scope_id FROM sync.records WHERE author_id <> scope_id AND author_id = (SELECT id FROM sync.scopes WHERE name = $1))
        """;

    const string Lock = "SELECT FROM sync.scopes WHERE name = $1 FOR UPDATE";

    const string Hidden = """
        WITH gone AS (
          DELETE FROM sync.records WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND private AND author_id = (SELECT id FROM sync.scopes WHERE name = $2))
        DELETE FROM sync.changes WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND audience = (SELECT id FROM sync.scopes WHERE name = $2)
        """;

    const string Devices = """
        UPDATE sync.changes SET client_id = '' WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1)
          AND author_id = (SELECT id FROM sync.scopes WHERE name = $2) AND client_id <> ''
        """;

    // A JSON string that is the id, or ends with it (_personal:<id>); ids are long and random, so nothing else looks like one. A record that is called by
    // the id keeps its name, which the devices of the others know it by, and what it holds must name it alike.
    const string Bodies = """
        UPDATE sync.changes SET lost = replace(lost::text, $2 || '"', $3 || '"')::json,
          body = CASE WHEN right(record_id, length($2)) = $2
            THEN replace(replace(body::text, $2 || '"', $3 || '"'), '"id":"' || left(record_id, -length($2)) || $3 || '"', '"id":"' || record_id || '"')
            ELSE replace(body::text, $2 || '"', $3 || '"') END::json
        WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND (strpos(body::text, $2 || '"') > 0 OR strpos(lost::text, $2 || '"') > 0)
        """;

    const string States = """
        UPDATE sync.records SET state = replace(state::text, $2 || '"', $3 || '"')::json
        WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND strpos(state::text, $2 || '"') > 0
        """;

    const string Told = """
        SELECT app_id, seq, event_id, body FROM sync.changes WHERE author_id = (SELECT id FROM sync.scopes WHERE name = $2) AND event_id > $3
          AND scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND strpos(body::text, '"actor"') > 0
        ORDER BY event_id LIMIT $4
        """;

    const string Retell = """
        UPDATE sync.changes c SET body = u.body FROM unnest($2::text[], $3::bigint[], $4::json[]) AS u (app, seq, body) CROSS JOIN LATERAL (
          SELECT r.ctid AS place FROM sync.changes r WHERE r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND r.app_id = u.app AND r.seq = u.seq OFFSET 0) p
        WHERE c.ctid = p.place
        """;

    const int RowsPerStep = 500;
    static readonly byte[] NobodyActed = """{"kind":"user","principalId":"erased-user"}"""u8.ToArray();

    /// <summary>The spaces that hold something of this author.</summary>
    public async Task<List<string>> SpacesOfAsync(string userId, CancellationToken cancellationToken)
    {
        var author = ScopeNames.OfUser(userId);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(author: author));
        batch.BatchCommands.Add(Maintenance.Command(Spaces, Maintenance.Text(author)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var spaces = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            spaces.Add(rows.GetString(0));
        return spaces;
    }

    /// <summary>One space: the rows first, then, a few hundred at a time, whom they name as their actor.</summary>
    public async Task EraseAsync(string userId, string space, CancellationToken cancellationToken)
    {
        var author = ScopeNames.OfUser(userId);
        await EraseRowsAsync(userId, author, space, cancellationToken);
        for (var after = (Guid?)Guid.Empty; after is { } position;)
            after = await RetellAsync(author, space, position, cancellationToken);
    }

    /// <summary>Where to go on; null at the end.</summary>
    async Task<Guid?> RetellAsync(string author, string space, Guid after, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (apps, positions, bodies, last) = (new List<string>(), new List<long>(), new List<byte[]>(), after);
        // Between the reading and the writing neither a tie nor compaction may change the bodies.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var read = connection.CreateBatch())
        {
            read.BatchCommands.Add(Maintenance.Enter(space, author));
            read.BatchCommands.Add(Maintenance.Command(Lock, Maintenance.Text(space)));
            read.BatchCommands.Add(Maintenance.Command(Told, Maintenance.Text(space), Maintenance.Text(author), Maintenance.Value(after), Maintenance.Value(RowsPerStep)));
            await using var rows = await read.ExecuteReaderAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            for (; await rows.ReadAsync(cancellationToken); last = rows.GetGuid(2))
            {
                apps.Add(rows.GetString(0));
                positions.Add(rows.GetInt64(1));
                bodies.Add(StoredBody.WithActor(rows.GetFieldValue<byte[]>(3), NobodyActed));
            }
        }

        await using var write = connection.CreateBatch();
        write.BatchCommands.Add(Maintenance.Command(
            Retell, Maintenance.Text(space), Maintenance.Value(apps.ToArray()), Maintenance.Value(positions.ToArray()),
            new NpgsqlParameter<byte[][]> { TypedValue = [.. bodies], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json }));
        await write.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return apps.Count < RowsPerStep ? null : last;
    }

    async Task EraseRowsAsync(string userId, string author, string space, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(space, author));
        batch.BatchCommands.Add(Maintenance.Command(Lock, Maintenance.Text(space)));
        foreach (var statement in (string[])[Hidden, Devices])
            batch.BatchCommands.Add(Maintenance.Command(statement, Maintenance.Text(space), Maintenance.Text(author)));
        foreach (var statement in (string[])[Bodies, States])
            batch.BatchCommands.Add(Maintenance.Command(statement, Maintenance.Text(space), Maintenance.Text(userId), Maintenance.Text(Nobody)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
