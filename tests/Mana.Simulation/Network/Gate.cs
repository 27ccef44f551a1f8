using Npgsql;

namespace Mana.Simulation.Network;

/// <summary>
/// Holds every writer of one world's marked records between the moment it has its positions and its commit, until disposed.
/// </summary>
internal sealed class Gate : IAsyncDisposable
{
    /// <summary>Looks, not seconds: each is a round trip to the database.</summary>
    const int Patience = 60;

    readonly NpgsqlConnection _connection;
    readonly string _key;

    Gate(NpgsqlConnection connection, string tag) => (_connection, _key) = (connection, "~" + tag);

    public static async Task<Gate> CloseAsync(NpgsqlDataSource database, string tag)
    {
        var gate = new Gate(await database.OpenConnectionAsync(), tag);
        await gate.AskAsync("SELECT 1 FROM pg_advisory_lock(4711, hashtext($1))");
        return gate;
    }

    /// <summary>Until a writer stands at the gate; false when it finished without coming by.</summary>
    public async Task<bool> UntilHeldAsync(Task writer)
    {
        while (!writer.IsCompleted)
            if (await AskAsync("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 4711 AND objid = hashtext($1)::oid AND NOT granted") > 0)
                return true;
        return false;
    }

    /// <summary>Gives those who started meanwhile the time to finish, or to queue up behind the writer that is held.</summary>
    public async Task UntilSettledAsync(IReadOnlyCollection<Task> others)
    {
        for (var look = 0; look < Patience && !others.All(other => other.IsCompleted); look++)
        {
            var waiting = await AskAsync("""
                WITH held AS (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 4711 AND objid = hashtext($1)::oid AND NOT granted)
                SELECT count(*)::int FROM pg_stat_activity a WHERE a.wait_event_type = 'Lock' AND a.pid NOT IN (TABLE held)
                  AND EXISTS (SELECT FROM held WHERE held.pid = ANY (pg_blocking_pids(a.pid)))
                """);
            if (waiting + others.Count(other => other.IsCompleted) >= others.Count)
                return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await AskAsync("SELECT 1 FROM pg_advisory_unlock(4711, hashtext($1))");
        await _connection.DisposeAsync();
    }

    async Task<int> AskAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = _key } } };
        return await command.ExecuteScalarAsync() as int? ?? 0;
    }
}
