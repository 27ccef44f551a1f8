using Mana.Testing;
using Npgsql;

namespace Mana.Simulation.Network;

/// <summary>
/// Where all seeds of a run take place: two hosts over one database, started once. The database is watched: a trigger notes every accepted
/// row as it was when it was accepted, whatever becomes of it later, and another lets <see cref="Gate"/> stop a writer before its commit.
/// </summary>
internal sealed class Arena : IAsyncDisposable
{
    const string Watch = """
        CREATE SCHEMA sim;
        CREATE TABLE sim.journal (
          scope_id bigint NOT NULL, seq bigint NOT NULL, author_id bigint NOT NULL, event_id uuid NOT NULL, table_name text NOT NULL, record_id text NOT NULL,
          client_id text NOT NULL, op smallint NOT NULL, body json, lost json, audience bigint);
        CREATE INDEX journal_scope ON sim.journal (scope_id, seq);
        CREATE FUNCTION sim.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
          INSERT INTO sim.journal SELECT scope_id, seq, author_id, event_id, table_name, record_id, client_id, op, body, lost, audience FROM added
            WHERE app_id = 'sim' AND current_setting('mana.system', true) IS DISTINCT FROM 'maintenance';
          RETURN NULL; END $$;
        CREATE TRIGGER sim_note AFTER INSERT ON sync.changes REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION sim.note();
        CREATE FUNCTION sim.hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          PERFORM pg_advisory_xact_lock_shared(4711, hashtext(split_part(NEW.record_id, ':', 1)));
          RETURN NEW; END $$;
        CREATE TRIGGER sim_hold BEFORE INSERT ON sync.changes FOR EACH ROW WHEN (NEW.record_id LIKE '~%') EXECUTE FUNCTION sim.hold();
        GRANT USAGE ON SCHEMA sim TO PUBLIC;
        """;

    readonly string _connection;
    long _runs;

    Arena(string connection, IReadOnlyList<SimulatedHost> hosts) => (_connection, Hosts, Database) = (connection, hosts, Superuser(connection));

    public IReadOnlyList<SimulatedHost> Hosts { get; }

    /// <summary>Past row-level security.</summary>
    public NpgsqlDataSource Database { get; }

    public static async Task<Arena> StartAsync()
    {
        var connection = await TestCluster.CreateDatabaseAsync();
        var arena = new Arena(connection, [await SimulatedHost.StartAsync(connection, "A"), await SimulatedHost.StartAsync(connection, "B")]);
        await using var watch = arena.Database.CreateCommand(Watch);
        await watch.ExecuteNonQueryAsync();
        return arena;
    }

    /// <summary>Tells apart the worlds of one run, also those of one seed.</summary>
    public string NextTag(int seed) => $"{seed}x{Interlocked.Increment(ref _runs)}";

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Hosts)
            await host.DisposeAsync();
        await Database.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_connection);
    }

    static NpgsqlDataSource Superuser(string connection) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = 20, MaxAutoPrepare = 20 }.ConnectionString);
}
