using Mana.Sync.Contracts;
using Mana.Sync.Compaction;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static Mana.Sync.Tests.Import.History;

namespace Mana.Sync.Tests.Import;

/// <summary>An import may end at any moment and begin again; whoever may read the original may import it.</summary>
public sealed class ResumeTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const int Seed = 20260426;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    public async Task A_run_that_was_interrupted_ends_like_one_that_was_not(int chunks)
    {
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Random(Seed, 400, ["u1", "u2", "u3"], "s1"));
        var (whole, parts) = (await DatabaseAsync(), await DatabaseAsync());
        await using (var host = await new TestHost(whole).StartAsync())
            Importing.Verified(await host.ImportAsync(Importing.From(original.ConnectionString)));

        await using (var host = await new TestHost(parts).StartAsync())
        {
            using var crash = new CancellationTokenSource();
            var seen = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.ImportAsync(
                Importing.From(original.ConnectionString, batch: 7), new AtProgress(_ => ++seen == chunks, crash.Cancel), crash.Token));
            var before = await CountAsync(parts);
            Assert.InRange(before, chunks * 6, 399);
            var result = Importing.Verified(await host.ImportAsync(Importing.From(original.ConnectionString, batch: 50)));
            Assert.Equal((400, before), (result.Stored() + result.StoredBefore, result.StoredBefore));
        }

        // Rows that tell other members of a private record have ids of their own.
        Assert.Equal(WithoutRandomIds(await Importing.DumpAsync(whole)), WithoutRandomIds(await Importing.DumpAsync(parts)));
        await TestCluster.DropDatabaseAsync(whole);
        await TestCluster.DropDatabaseAsync(parts);
    }

    [Fact]
    public async Task A_second_run_stores_nothing()
    {
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Random(Seed + 1, 120, ["again-1", "again-2"], "again-space"));
        await fixture.ImportedAsync(original, batch: 10);
        var before = await Importing.DumpAsync(fixture.Database);
        var second = await fixture.ImportedAsync(original);
        Assert.Equal((0, 120), (second.Stored(), second.StoredBefore));
        Assert.Equal(before, await Importing.DumpAsync(fixture.Database));
    }

    [Fact]
    public async Task A_later_run_brings_what_the_original_has_got_since_also_what_committed_late()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Insert("first", """{"id": "first"}""", 100) with { User = a.UserId }, Insert("third", """{"id": "third"}""", 300) with { User = a.UserId });
        await fixture.ImportedAsync(original);
        await original.AddAsync(Insert("second", """{"id": "second"}""", 200) with { User = a.UserId }, Insert("fourth", """{"id": "fourth"}""", 400) with { User = a.UserId });
        Assert.Equal(2, (await fixture.ImportedAsync(original)).Stored());
        Assert.Equal(["first", "third", "second", "fourth"], (await a.As("new").PullAsync()).Ok().Ids);
    }

    [Fact]
    public async Task What_compaction_has_folded_does_not_come_back()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Enumerable.Range(1, 30).Select(i => Update("t1", $$"""{"x": {{i}}}""", $$"""{"x": "{{Change.At(i)}}"}""", i) with { User = a.UserId }));
        await original.AddAsync(Delete("t1", null, 31) with { User = a.UserId }, Insert("t1", $$"""{"id": "t1", "x": 99, "createdAt": "{{Change.At(32)}}"}""", 32) with { User = a.UserId });
        await fixture.ImportedAsync(original);
        await fixture.Host.Services.GetRequiredService<Compactor>().RunAsync(TimeSpan.FromHours(1), TimeSpan.FromHours(1), default);
        var left = await fixture.RowsAsync(a);
        Assert.InRange(left, 1, 3);
        Assert.Equal(0, (await fixture.ImportedAsync(original)).Stored());
        Assert.Equal((left, "99"), (await fixture.RowsAsync(a), await fixture.ValueAsync(a, "t1", "x")));
    }

    [Fact]
    public async Task A_row_that_belongs_elsewhere_now_is_not_stored_twice()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Insert("t1", """{"id": "t1"}""", 1) with { User = a.UserId, Space = "later-personal" });
        await fixture.ImportedAsync(original);
        await original.ExecuteAsync("UPDATE sync_changes SET space_id = NULL");
        var result = Assert.IsType<ImportResult.Completed>(await fixture.ImportAsync(Importing.From(original.ConnectionString)));
        Assert.Equal(0, result.Stored());
        Assert.Contains(result.Verification.FirstDifferences, difference => difference.EndsWith("is not here", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_imports_at_once_are_refused()
    {
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Random(Seed + 2, 20, ["twice"], null));
        var request = Importing.From(original.ConnectionString, batch: 5);
        var second = default(Task<ImportResult>);
        var first = await fixture.ImportAsync(request, new AtProgress(progress => second is null && progress.Done == 5, () => second = Task.Run(() => fixture.ImportAsync(request))));
        // The first one is not done before the second has been refused, or that one has found it done.
        var other = await second!;
        Importing.Verified(first);
        Assert.True(other is ImportResult.Refused { Reason: "Another import into this database is running." } || ((ImportResult.Completed)other).Stored() == 0);
        Assert.Equal(20, await fixture.RowsOfAsync("twice"));
    }

    [Fact]
    public async Task A_role_that_may_only_read_is_enough_and_one_that_sees_nothing_is_refused()
    {
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Random(Seed + 3, 10, ["reader"], null));
        var role = "reader_of_" + new NpgsqlConnectionStringBuilder(original.ConnectionString).Database;
        await original.ExecuteAsync($"CREATE ROLE {role} LOGIN; GRANT SELECT ON sync_changes TO {role}");
        try
        {
            Assert.Contains("BYPASSRLS", Assert.IsType<ImportResult.Refused>(await fixture.ImportAsync(Importing.From(original.As(role)))).Reason, StringComparison.Ordinal);
            await original.ExecuteAsync($"ALTER ROLE {role} BYPASSRLS");
            Assert.Equal(10, Importing.Verified(await fixture.ImportAsync(Importing.From(original.As(role)))).Stored());
        }
        finally
        {
            await original.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Host=/nowhere;Database=x;Timeout=2")]
    public async Task An_original_that_is_not_there_is_told(string address) =>
        Assert.IsType<ImportResult.Refused>(await fixture.ImportAsync(Importing.From(address)));

    [Fact]
    public async Task A_database_that_is_no_original_is_told()
    {
        await using var original = await OriginalDatabase.CreateAsync();
        await original.ExecuteAsync("ALTER TABLE sync_changes RENAME COLUMN user_id TO owner");
        Assert.Contains("user_id", Assert.IsType<ImportResult.Refused>(await fixture.ImportAsync(Importing.From(original.ConnectionString))).Reason, StringComparison.Ordinal);
        var elsewhere = Importing.From(original.ConnectionString) with { Table = "old.sync_changes" };
        Assert.Contains("no table", Assert.IsType<ImportResult.Refused>(await fixture.ImportAsync(elsewhere)).Reason, StringComparison.Ordinal);
    }

    static List<string> WithoutRandomIds(List<string> dump) =>
        [.. dump.Select(line => line.Split(' ')).Where(words => words.Length > 0).Select(words => string.Join(' ', words.Where((word, i) => i != 4 || words[^1] != "-1"))).Order(StringComparer.Ordinal)];

    static async Task<string> DatabaseAsync() => await TestCluster.CreateDatabaseAsync();

    static async Task<long> CountAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT rows_stored FROM sync.imports", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
