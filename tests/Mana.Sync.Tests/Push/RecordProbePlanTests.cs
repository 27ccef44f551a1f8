using Mana.Sync.Push;
using Npgsql;

namespace Mana.Sync.Tests.Push;

/// <summary>The records of a batch are found by their whole key, also while PostgreSQL has no statistics of a table that has just grown.</summary>
public sealed class RecordProbePlanTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task A_push_reads_no_record_but_its_own()
    {
        var a = await fixture.PersonAsync();
        for (var batch = 0; batch < 3; batch++)
            await a.StoreAsync(Change.Many(1000, i => Change.Insert($"t{batch}-{i}")));
        await using var connection = await fixture.OpenAsync();
        await using var explain = new NpgsqlCommand("EXPLAIN (ANALYZE, COSTS off, TIMING off) " + PushStore.Records, connection);
        explain.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = "user:" + a.UserId }, new() { Value = "todo" }, new() { Value = new[] { "tasks", "tasks" } }, new() { Value = new[] { "t0-1", "t2-999" } },
        });
        var plan = new List<string>();
        await using (var reader = await explain.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                plan.Add(reader.GetString(0));

        var text = string.Join('\n', plan);
        Assert.Matches(@"Index Scan using records_key on records r \(actual rows=1 loops=2\)", text);
        Assert.Contains("(record_id = k.i)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Rows Removed", text, StringComparison.Ordinal);
    }
}
