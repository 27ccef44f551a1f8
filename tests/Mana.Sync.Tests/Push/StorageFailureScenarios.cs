using Npgsql;

namespace Mana.Sync.Tests.Push;

/// <summary>sync.md 24.2, scenario 34: a push is all or nothing.</summary>
public sealed class StorageFailureScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task Scenario_24_2_34_a_failure_at_the_third_of_five_changes_stores_none()
    {
        await using var connection = await fixture.OpenAsync();
        await RunAsync(connection, """
            CREATE FUNCTION fail_on_third() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'secret detail of %', NEW.record_id; END $$;
            CREATE TRIGGER fail_on_third BEFORE INSERT ON sync.changes FOR EACH ROW WHEN (NEW.record_id = 't2') EXECUTE FUNCTION fail_on_third();
            """);
        var person = await fixture.PersonAsync();
        await person.StoreAsync(Change.Insert("before"));
        var position = (await person.PullAsync()).Ok().SyncedUntil;
        var five = Change.Many(5, i => Change.Insert("t" + i));

        var answer = await person.PushAsync(five);

        answer.Refused(500, "internal");
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.Equal((1, 1), (await fixture.RowsAsync(person), await fixture.RecordsAsync(person)));
        Assert.Empty((await person.As("b").PullAsync(since: position)).Ok().Changes);
        var metrics = await fixture.Host.CreateClient().GetStringAsync("/metrics");
        Assert.Contains("mana_sync_requests_total{endpoint=\"push\",status=\"500\"}", metrics, StringComparison.Ordinal);

        // The connection that failed serves again, the scope is not left locked, and the same push now goes through whole.
        await RunAsync(connection, "DROP TRIGGER fail_on_third ON sync.changes");
        await person.StoreAsync(five);
        Assert.Equal(["t0", "t1", "t2", "t3", "t4"], (await person.As("b").PullAsync(since: position)).Ok().Ids);
    }

    [Fact]
    public async Task A_failure_of_the_merged_state_takes_the_log_rows_back_too()
    {
        await using var connection = await fixture.OpenAsync();
        await RunAsync(connection, """
            CREATE FUNCTION fail_on_state() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE TRIGGER fail_on_state BEFORE INSERT ON sync.records FOR EACH ROW WHEN (NEW.record_id = 'stateless') EXECUTE FUNCTION fail_on_state();
            """);
        var person = await fixture.PersonAsync();
        (await person.PushAsync(Change.Insert("fine") + "," + Change.Insert("stateless"))).Refused(500, "internal");
        Assert.Equal((0, 0), (await fixture.RowsAsync(person), await fixture.RecordsAsync(person)));
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
