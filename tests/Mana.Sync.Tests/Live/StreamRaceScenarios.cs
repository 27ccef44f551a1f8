using Npgsql;

namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 24.7, 113: a stream that is held in the middle of reading its backlog, by a row that cannot be read while a test says so.</summary>
public sealed class StreamRaceScenarios(StreamRaceScenarios.Held held) : IClassFixture<StreamRaceScenarios.Held>
{
    [Fact]
    public async Task Scenario_24_7_113_what_commits_while_the_backlog_is_read_is_delivered_without_another_push()
    {
        var a = await held.Inner.PersonAsync();
        await a.StoreAsync(Change.Insert("first"));
        var newest = (await a.StoreAsync(Change.Insert("held"))).SyncedUntil;

        LiveStream stream;
        await using (await held.HoldAsync())
        {
            stream = await LiveStream.OpenAsync(a.As("b"));
            await held.UntilWaitingAsync();
            // The stream knows by now up to where it reads, and this lies behind.
            await a.StoreAsync(Change.Insert("late"), newest);
        }

        await using (stream)
        {
            Assert.Equal(["first", "held"], (await stream.ChangesAsync()).Ids);
            Assert.Equal(["late"], (await stream.ChangesAsync()).Ids);
        }
    }

    [Fact]
    public async Task What_commits_while_a_live_change_is_read_is_delivered_too()
    {
        var a = await held.Inner.PersonAsync();
        await using var stream = await LiveStream.OpenAsync(a.As("b"));
        await using (await held.HoldAsync())
        {
            var newest = (await a.StoreAsync(Change.Insert("first"))).SyncedUntil;
            newest = (await a.StoreAsync(Change.Insert("held"), newest)).SyncedUntil;
            await held.UntilWaitingAsync();
            await a.StoreAsync(Change.Insert("late"), newest);
        }

        var ids = new List<string>();
        while (!ids.Contains("late", StringComparer.Ordinal))
            ids.AddRange((await stream.ChangesAsync()).Ids);
        Assert.Equal(["first", "held", "late"], ids);
    }

    /// <summary>A database in which reading the record "held" waits for an advisory lock.</summary>
    public sealed class Held : IAsyncLifetime
    {
        internal SyncFixture Inner { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Inner.InitializeAsync();
            await using var connection = await Inner.OpenAsync();
            await RunAsync(connection, """
                CREATE FUNCTION wait_for(record text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
                  IF record = 'held' THEN PERFORM pg_advisory_xact_lock_shared(7); END IF;
                  RETURN true;
                END $$;
                CREATE POLICY held ON sync.changes AS RESTRICTIVE FOR SELECT USING (wait_for(record_id));
                """);
        }

        internal async Task<NpgsqlConnection> HoldAsync()
        {
            var connection = new NpgsqlConnection(Inner.Database + ";Pooling=false");
            await connection.OpenAsync();
            // Ends with the connection.
            await RunAsync(connection, "SELECT pg_advisory_lock(7)");
            return connection;
        }

        internal async Task UntilWaitingAsync()
        {
            await using var connection = await Inner.OpenAsync();
            await RunAsync(connection, """
                DO $$ BEGIN
                  FOR i IN 1..1000 LOOP
                    IF EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                               WHERE a.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted) THEN RETURN; END IF;
                    PERFORM pg_sleep(0.01);
                    PERFORM pg_stat_clear_snapshot();
                  END LOOP;
                  RAISE EXCEPTION 'nobody waits';
                END $$
                """);
        }

        public ValueTask DisposeAsync() => Inner.DisposeAsync();

        static async Task RunAsync(NpgsqlConnection connection, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
