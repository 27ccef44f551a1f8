using Mana.Sync.Cursors;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Tests.Pull;

/// <summary>sync.md 24.8, 128: a pull when nothing changed does not touch the log. Asked of PostgreSQL, with the very statement of the module.</summary>
public sealed class EmptyPullPlanTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string Untouched = @"on changes c .*\(never executed\)";

    [Theory]
    [InlineData("tasks")]
    [InlineData(null)]
    public async Task Scenario_24_8_128_an_empty_pull_never_executes_the_scan_of_the_log(string? collection)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Many(500, i => Change.Insert("t" + i)));
        var newest = await fixture.NewestAsync(a);

        Assert.Matches(Untouched, await PlanAsync(a, collection, newest));
        // The same statement, one position earlier, reads the log.
        Assert.DoesNotMatch(Untouched, await PlanAsync(a, collection, newest - 2));
    }

    [Fact]
    public async Task A_page_behind_a_long_log_is_found_by_the_key_and_reads_no_more_than_the_page()
    {
        var a = await fixture.PersonAsync();
        for (var batch = 0; batch < 4; batch++)
            await a.StoreAsync(Change.Many(1000, i => Change.Insert($"t{batch}-{i}")));
        await using (var connection = await fixture.OpenAsync())
        await using (var analyze = new NpgsqlCommand("ANALYZE sync.changes", connection))
            await analyze.ExecuteNonQueryAsync();

        var plan = await PlanAsync(a, "tasks", await fixture.NewestAsync(a) - 20);

        Assert.Contains("Index Scan using changes_key on changes c", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on changes", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
    }

    /// <summary>EXPLAIN ANALYZE of the row statement of a delta read, as the run-time role inside the tenant's transaction.</summary>
    async Task<string> PlanAsync(SyncClient person, string? collection, long after)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(fixture.Database) { Username = "mana_app" }.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = connection.CreateBatch();
        var request = new DeltaRequest(new Tenant(person.UserId), Selection.Of("todo", collection), "b", new ReadStart(null, after), 1000);
        batch.BatchCommands.Add(request.Caller.EnterReading());
        batch.BatchCommands.Add(DeltaQuery.Heads(request.Caller));
        batch.BatchCommands.Add(DeltaQuery.Rows(request, request.Start.Vector(request.Caller), long.MaxValue));
        var rows = batch.BatchCommands[^1];
        rows.CommandText = "EXPLAIN (ANALYZE, COSTS off, TIMING off) " + rows.CommandText;
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.NextResultAsync() && reader.GetName(0) != "QUERY PLAN")
        {
            // Tenant and scope first.
        }

        var plan = new List<string>();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));
        return string.Join('\n', plan);
    }
}
