using System.Globalization;
using System.Text.RegularExpressions;
using Mana.Sync.Compaction;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Tests.Push;

/// <summary>What a push looks for is found by its whole key, also while PostgreSQL has no statistics of a table that has just grown.</summary>
public sealed class RecordProbePlanTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const NpgsqlDbType Json = NpgsqlDbType.Array | NpgsqlDbType.Json;

    [Fact]
    public async Task A_push_reads_no_record_but_its_own()
    {
        var a = await FilledAsync();
        var plan = await ExplainAsync(AsAuthor(a), PushStore.Records, "user:" + a.UserId, "todo", new[] { "tasks", "tasks" }, new[] { "t0-1", "t2-999" });
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
        var plan = await ExplainAsync(AsAuthor(a), PushStore.KnownEvents, "user:" + a.UserId, new[] { new Guid(1, 2, 3, new byte[8]), known, new Guid(4, 5, 6, new byte[8]) });
        Assert.Matches(@"Index Scan using changes_event on changes c \(actual rows=\S+ loops=3\)", plan);
        Assert.Contains("(event_id = k.e)", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Rows Removed", plan, StringComparison.Ordinal);
        Assert.Matches(@"Nested Loop \(actual rows=1 ", plan);
    }

    /// <summary>Of a push that meets a tie or hides a record, and of compaction.</summary>
    [Theory]
    [InlineData(PushStore.Overtaken)]
    [InlineData(PushWrites.Rewrite, true)]
    [InlineData(PushWrites.Withdraw, false, true)]
    [InlineData(CompactionSql.Earlier, false, false, true)]
    [InlineData(CompactionSql.Remove, false, false, true)]
    public async Task Rows_of_the_log_are_found_by_their_places(string statement, bool hasBodies = false, bool hasAuthors = false, bool asHousekeeping = false)
    {
        var a = await FilledAsync();
        var scopeId = await fixture.ScopeIdAsync(SyncFixture.Scope(a));
        var places = (await fixture.LogAsync(a, "t1-7", "seq")).Concat(await fixture.LogAsync(a, "t2-7", "seq")).Select(seq => long.Parse(seq!, CultureInfo.InvariantCulture)).ToArray();
        object[] more = hasBodies ? [new NpgsqlParameter { Value = new string?[2], NpgsqlDbType = Json }, new NpgsqlParameter { Value = new string?[2], NpgsqlDbType = Json }] : hasAuthors ? [new[] { scopeId, scopeId }] : [];

        var plan = await ExplainAsync(asHousekeeping ? Maintenance.Enter(SyncFixture.Scope(a)) : AsAuthor(a), statement, [scopeId, "todo", places, .. more]);

        Assert.Matches(@"Index Scan using changes_key on changes r\S* \(actual rows=1 loops=2\)", plan);
        if (statement is PushWrites.Rewrite or PushWrites.Withdraw or CompactionSql.Remove)
            Assert.Matches(@"Tid Scan on changes c \(actual rows=1 loops=2\)", plan);
        Assert.All(Regex.Matches(plan, "Index Scan using changes_key.*\n *(?<cond>.*)", RegexOptions.None, TimeSpan.FromSeconds(1)), scan => Assert.Contains("(seq = ", scan.Groups["cond"].Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compaction_reads_no_record_but_those_of_its_step()
    {
        var a = await FilledAsync();
        var scopeId = await fixture.ScopeIdAsync(SyncFixture.Scope(a));
        string[] tables = ["tasks", "tasks"], ids = ["t1-7", "t2-7"];
        foreach (var (statement, more) in ((string, object[])[])[(CompactionSql.States, []), (CompactionSql.Empty, [new NpgsqlParameter { Value = new[] { "{}", "{}" }, NpgsqlDbType = Json }])])
        {
            var plan = await ExplainAsync(Maintenance.Enter(SyncFixture.Scope(a)), statement, [scopeId, "todo", tables, ids, .. more]);
            Assert.Matches(@"Index Scan using records_key on records \w \(actual rows=1 loops=2\)", plan);
            Assert.DoesNotContain("Rows Removed", plan, StringComparison.Ordinal);
        }
    }

    async Task<SyncClient> FilledAsync()
    {
        var a = await fixture.PersonAsync();
        for (var batch = 0; batch < 3; batch++)
            await a.StoreAsync(Change.Many(1000, i => Change.Insert($"t{batch}-{i}")));
        return a;
    }

    /// <summary>EXPLAIN ANALYZE as the run-time role, whose policies are part of every plan, in a transaction that has entered as the host enters; it is undone.</summary>
    async Task<string> ExplainAsync(NpgsqlBatchCommand entry, string query, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(fixture.Database) { Username = "mana_app" }.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(entry);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("EXPLAIN (ANALYZE, COSTS off, TIMING off) " + query));
        batch.BatchCommands[^1].Parameters.AddRange(Array.ConvertAll(parameters, value => value as NpgsqlParameter ?? new NpgsqlParameter { Value = value }));
        var plan = new List<string>();
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));
        return string.Join('\n', plan);
    }

    static NpgsqlBatchCommand AsAuthor(SyncClient person) => new Tenant(person.UserId).EnterWriting([SyncFixture.Scope(person)]);
}
