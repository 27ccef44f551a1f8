using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Live;

/// <summary>
/// Finds out from the log what a socket was not told: which tables of which apps have rows behind a position. Scopes in which nothing is
/// newer are answered from their own row; in the others the apps are found by stepping through the index, not by reading the log.
/// </summary>
internal sealed class MissedTables(NpgsqlDataSource database)
{
    internal const string Sql = """
        WITH RECURSIVE wanted AS (
          SELECT s.id, n.name, n.after FROM unnest($1::text[], $2::bigint[]) AS n (name, after) JOIN sync.scopes s ON s.name = n.name WHERE s.last_seq > n.after),
        apps AS (
          SELECT w.id, w.name, w.after, (SELECT c.app_id FROM sync.changes c WHERE c.scope_id = w.id ORDER BY c.app_id LIMIT 1) AS app FROM wanted w
          UNION ALL
          SELECT a.id, a.name, a.after, (SELECT c.app_id FROM sync.changes c WHERE c.scope_id = a.id AND c.app_id > a.app ORDER BY c.app_id LIMIT 1)
          FROM apps a WHERE a.app IS NOT NULL)
        SELECT a.name, a.app, array_agg(DISTINCT c.table_name ORDER BY c.table_name), max(c.seq)
        FROM apps a CROSS JOIN LATERAL (
          SELECT c.table_name, c.seq FROM sync.changes c WHERE c.scope_id = a.id AND c.app_id = a.app AND c.seq > a.after AND c.body IS NOT NULL OFFSET 0) c
        GROUP BY a.name, a.app
        """;

    /// <summary>Lets the sockets of one user hear of every table with rows behind <paramref name="after"/>. Nobody is left out as the author: who wrote is not asked.</summary>
    /// <param name="after">Position per scope; <see cref="long.MaxValue"/> leaves the scope out.</param>
    public async Task HintAsync(ILiveConnection[] sockets, Tenant tenant, Func<ScopeAccess, long> after, CancellationToken cancellationToken)
    {
        var scopes = tenant.Scopes.Where(scope => after(scope) < long.MaxValue).ToList();
        if (scopes.Count == 0 || sockets.Length == 0)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(tenant.EnterReading());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]> { TypedValue = [.. scopes.Select(scope => scope.Name)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. scopes.Select(after)] },
            },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var found = new Announcement(rows.GetString(0), rows.GetString(1), rows.GetFieldValue<string[]>(2), "", "", rows.GetInt64(3), tenant.UserId);
            foreach (var socket in sockets)
                socket.Hear(found);
        }
    }
}
