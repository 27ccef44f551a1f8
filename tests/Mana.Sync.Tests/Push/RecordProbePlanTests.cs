using Mana.Sync.Push;
using Npgsql;

namespace Mana.Sync.Tests.Push;

/// <summary>What a push looks for is found by its whole key, also while PostgreSQL has no statistics of a table that has just grown.</summary>
public sealed class RecordProbePlanTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task A_push_reads_no_record_but_its_own()
    {
        var a = await FilledAsync();
        var plan = await ExplainAsync(PushStore.Records, "user:" + a.UserId, "todo", new[] { "tasks", "tasks" }, new[] { "t0-1", "t2-999" });
        Assert.Matches(@"Index Scan using records_key on records r \(actual rows=1 loops=2\)", plan);
        Assert.Contains("(record_id = k.i)", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Rows Removed", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_reads_no_change_but_its_own()
    {
        var a = await FilledAsync();
        await using var connection = await fixture.OpenAsync();
        await using var one = new NpgsqlCommand("SELECT event_id FROM sync.changes c JOIN sync.scopes s ON s.id = c.author_id WHERE s.name = $1 ORDER BY seq LIMIT 1", connection) { Parameters = { new() { Value = "user:" + a.UserId } } };
        var known = (Guid)(await one.ExecuteScalarAsync())!;
        var plan = await ExplainAsync(PushStore.KnownEvents, "user:" + a.UserId, new[] { new Guid(1, 2, 3, new byte[8]), known, new Guid(4, 5, 6, new byte[8]) });
        Assert.Matches(@"Index Scan using changes_event on changes c \(actual rows=\S+ loops=3\)", plan);
        Assert.Contains("(event_id = k.e)", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Rows Removed", plan, StringComparison.Ordinal);
        Assert.Matches(@"Nested Loop \(actual rows=1 ", plan);
    }

    async Task<SyncClient> FilledAsync()
    {
        var a = await fixture.PersonAsync();
        for (var batch = 0; batch < 3; batch++)
            await a.StoreAsync(Change.Many(1000, i => Change.Insert($"t{batch}-{i}")));
        return a;
    }

    async Task<string> ExplainAsync(string query, params object[] parameters)
    {
        await using var connection = await fixture.OpenAsync();
        await using var explain = new NpgsqlCommand("EXPLAIN (ANALYZE, COSTS off, TIMING off) " + query, connection);
        explain.Parameters.AddRange(Array.ConvertAll(parameters, value => new NpgsqlParameter { Value = value }));
        var plan = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));
        return string.Join('\n', plan);
    }
}
