using Mana.Sync.Compaction;
using Mana.Sync.Spaces;
using Npgsql;

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
          UNION SELECT scope_id FROM sync.records WHERE author_id = (SELECT id FROM sync.scopes WHERE name = $1))
        """;

    const string Hidden = """
        WITH gone AS (
          DELETE FROM sync.records WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND private
            AND author_id = (SELECT id FROM sync.scopes WHERE name = $2) RETURNING scope_id, app_id, table_name, record_id)
        DELETE FROM sync.changes c USING gone g WHERE c.scope_id = g.scope_id AND c.app_id = g.app_id AND c.table_name = g.table_name
          AND c.record_id = g.record_id AND c.audience > 0
        """;

    const string Devices = """
        UPDATE sync.changes SET client_id = '' WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1)
          AND author_id = (SELECT id FROM sync.scopes WHERE name = $2) AND client_id <> ''
        """;

    // A JSON string that is the id, or ends with it (_personal:<id>); ids are long and random, so nothing else looks like one.
    const string Bodies = """
        UPDATE sync.changes SET body = replace(body::text, $2 || '"', $3 || '"')::json, lost = replace(lost::text, $2 || '"', $3 || '"')::json
        WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND (strpos(body::text, $2 || '"') > 0 OR strpos(lost::text, $2 || '"') > 0)
        """;

    const string States = """
        UPDATE sync.records SET state = replace(state::text, $2 || '"', $3 || '"')::json
        WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND strpos(state::text, $2 || '"') > 0
        """;

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

    /// <summary>One space, one transaction.</summary>
    public async Task EraseAsync(string userId, string space, CancellationToken cancellationToken)
    {
        var author = ScopeNames.OfUser(userId);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(space, author));
        batch.BatchCommands.Add(Maintenance.Command("SELECT FROM sync.scopes WHERE name = $1 FOR UPDATE", Maintenance.Text(space)));
        foreach (var statement in (string[])[Hidden, Devices])
            batch.BatchCommands.Add(Maintenance.Command(statement, Maintenance.Text(space), Maintenance.Text(author)));
        foreach (var statement in (string[])[Bodies, States])
            batch.BatchCommands.Add(Maintenance.Command(statement, Maintenance.Text(space), Maintenance.Text(userId), Maintenance.Text(Nobody)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
