using Npgsql;

namespace Mana.Sync.Tests.Spaces;

/// <summary>Found by the simulation: a push into a space and the own scope, and a read of both, locked them in different orders.</summary>
public sealed class LockOrderTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task A_reader_and_a_writer_of_the_same_scopes_wait_for_each_other_in_one_order()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        Task<Answer> push, pull;
        await using (var connection = await fixture.OpenAsync())
        {
            // The scope of the space is busy; the writer queues up first, the reader behind it.
            await RunAsync(connection, $"SELECT pg_advisory_lock(hashtextextended('space:{space}', 0))");
            push = a.PushAsync(Change.Insert("own") + "," + Change.InsertData("shared", """{"id":"shared"}""", more: $"\"spaceId\":\"{space}\""));
            await UntilWaitingAsync(connection, 1);
            pull = a.As("a2").PullAsync();
            await UntilWaitingAsync(connection, 2);
            await RunAsync(connection, $"SELECT pg_advisory_unlock(hashtextextended('space:{space}', 0))");
        }

        (await push).Ok();
        (await pull).Ok();
    }

    /// <summary>Until so many sessions of this database wait for an advisory lock.</summary>
    static Task UntilWaitingAsync(NpgsqlConnection connection, int count) => RunAsync(connection, $"""
        DO $$ BEGIN
          FOR i IN 1..1000 LOOP
            IF (SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE a.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted) >= {count} THEN RETURN; END IF;
            PERFORM pg_sleep(0.01);
            PERFORM pg_stat_clear_snapshot();
          END LOOP;
          RAISE EXCEPTION 'nobody waits';
        END $$
        """);

    static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
