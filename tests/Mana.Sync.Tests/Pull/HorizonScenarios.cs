using Npgsql;

namespace Mana.Sync.Tests.Pull;

/// <summary>sync.md 14.4: a reader of several spaces takes a horizon first and reads behind it.</summary>
public sealed class HorizonScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    /// <summary>
    /// Seed 2926 of the simulation. Between the two steps a tie is decided: the loser's field leaves its row, the winner lies behind the
    /// horizon. Both must not be missing from the answer.
    /// </summary>
    [Fact]
    public async Task A_tie_that_is_decided_between_horizon_and_read_hides_neither_value()
    {
        var a = await fixture.MemberAsync();
        await fixture.SpaceAsync(a);
        await a.StoreAsync(Change.Insert("t1"));
        await a.StoreAsync(Change.Update("t1", "note", "\"first\"", 10));

        await using var connection = await fixture.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await RunAsync(connection, "LOCK TABLE sync.changes IN ACCESS EXCLUSIVE MODE");
        var reading = a.As("b").PullAsync();
        await using (var look = await fixture.OpenAsync())
            await RunAsync(look, """
                DO $$ BEGIN
                  FOR i IN 1 .. 3000 LOOP
                    IF EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'sync.changes'::regclass) THEN RETURN; END IF;
                    PERFORM pg_sleep(0.01);
                  END LOOP;
                  RAISE 'the reader does not wait for the log';
                END $$
                """);
        // What a push of an equal time does, as the owner of the lock can do it.
        await RunAsync(connection, """
            INSERT INTO sync.changes (scope_id, author_id, app_id, client_id, seq, event_id, table_name, record_id, op, schema_version, echo, body, prev_seq)
            SELECT scope_id, author_id, app_id, client_id, seq + 10000000, gen_random_uuid(), table_name, record_id, op, schema_version, true,
              replace(body::text, 'first', 'second')::json, seq FROM sync.changes WHERE body::text LIKE '%first%';
            UPDATE sync.changes SET body = NULL WHERE body::text LIKE '%first%';
            UPDATE sync.scopes SET last_seq = last_seq + 10000000 WHERE id = (SELECT scope_id FROM sync.changes WHERE body::text LIKE '%second%');
            """);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("second", (await reading).Ok().Text, StringComparison.Ordinal);
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
