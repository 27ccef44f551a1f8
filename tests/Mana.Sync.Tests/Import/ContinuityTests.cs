using System.Globalization;
using Mana.Testing;
using static Mana.Sync.Tests.Import.History;

namespace Mana.Sync.Tests.Import;

/// <summary>The timestamps that clients of an original hold as cursors go on against the imported log.</summary>
public sealed class ContinuityTests : IAsyncLifetime
{
    // One of its own for each test: into a database in use, history comes as of now.
    readonly SyncFixture _fixture = new();

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_client_that_had_pulled_up_to_a_moment_gets_exactly_what_is_after_it()
    {
        var a = await _fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        // Even and odd microseconds, and milliseconds between them, in which clients have stopped.
        var history = Enumerable.Range(1, 12).Select(i => Insert($"t{i}", $$"""{"id": "t{{i}}"}""", i + (i * 0.000001)) with { User = a.UserId }).ToList();
        await original.AddAsync(history);
        await _fixture.ImportedAsync(original, batch: 5);
        for (var i = 0; i <= 12; i++)
        {
            var since = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(i).AddMilliseconds(500);
            var text = since.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
            Assert.Equal(history.Where(change => change.CreatedAt > since).Select(change => change.Record), (await a.As("other").PullAsync(since: text)).Ok().Ids);
        }
    }

    [Fact]
    public async Task A_cursor_on_the_very_time_of_a_row_loses_nothing()
    {
        var a = await _fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        // Three rows of one transaction: the original lost two of them when a page ended between.
        double[] times = [1.000002, 1.000003, 1.000003, 1.000003, 1.500001, 2];
        await original.AddAsync(times.Select((at, i) => Insert($"t{i}", $$"""{"id": "t{{i}}"}""", at) with { User = a.UserId, Id = new Guid(i + 1, 0, 0, new byte[8]) }));
        await _fixture.ImportedAsync(original);
        Assert.Equal(["t1", "t2", "t3", "t4", "t5"], (await a.As("b").PullAsync(since: "2026-01-01T00:00:01.000002Z")).Ok().Ids);
        Assert.Equal(["t4", "t5"], (await a.As("b").PullAsync(since: "2026-01-01T00:00:01.000003Z")).Ok().Ids.TakeLast(2));
        Assert.Equal(["t4", "t5"], (await a.As("b").PullAsync(since: "2026-01-01T00:00:01.500000Z")).Ok().Ids);
        Assert.Empty((await a.As("b").PullAsync(since: "2026-01-01T00:00:02Z")).Ok().Changes);
    }

    [Fact]
    public async Task The_own_device_is_not_told_its_own_changes_again()
    {
        var a = await _fixture.PersonAsync("old-device");
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(
            Insert("own", """{"id": "own"}""", 10) with { User = a.UserId },
            Insert("other", """{"id": "other"}""", 11) with { User = a.UserId, Client = "phone" });
        await _fixture.ImportedAsync(original);
        Assert.Equal(["other"], (await a.PullAsync(since: Change.At(5))).Ok().Ids);
        Assert.Equal(["own", "other"], (await a.PullAsync()).Ok().Ids);
    }

    [Fact]
    public async Task Pushes_after_the_import_come_after_it()
    {
        var a = await _fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Insert("old", """{"id": "old"}""", 10) with { User = a.UserId });
        await _fixture.ImportedAsync(original);
        var until = (await a.As("b").PullAsync()).Ok().SyncedUntil;
        Assert.Equal("2026-01-01T00:00:10.000000Z", until);
        await a.StoreAsync(Change.Insert("new"));
        Assert.Equal(["new"], (await a.As("b").PullAsync(since: until)).Ok().Ids);
    }

    /// <summary>A clock that ran ahead, once: its row must not become the end of what everybody has read until that hour has come.</summary>
    [Fact]
    public async Task A_row_of_the_future_hides_nothing_that_is_written_until_then()
    {
        var a = await _fixture.PersonAsync();
        var ahead = Math.Round((TimeProvider.System.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds + 10_800);
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(
            Insert("old", """{"id": "old"}""", 10) with { User = a.UserId }, Insert("ahead", $$"""{"id": "ahead", "createdAt": "{{Change.At(ahead)}}"}""", ahead) with { User = a.UserId },
            Insert("ahead2", """{"id": "ahead2"}""", ahead) with { User = a.UserId });
        var completed = await _fixture.ImportedAsync(original);
        Assert.Equal(2, Assert.Single(completed.Remarks, remark => remark.What.StartsWith("created_at in the future", StringComparison.Ordinal)).Count);

        var until = (await a.As("b").PullAsync()).Ok().SyncedUntil;
        Assert.True(string.CompareOrdinal(until, Change.At(ahead - 10_000)) < 0, until);
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        await a.StoreAsync(Change.Insert("new"));
        Assert.Equal(["new"], (await a.As("b").PullAsync(since: string.CompareOrdinal(now, until) < 0 ? until : now)).Ok().Ids);
        Assert.Equal(Change.At(ahead), (string?)(await a.As("c").PullAsync()).Ok().Changes.Single(change => (string?)change!["id"] == "ahead")!["fieldMeta"]!["createdAt"]);

        // What the original has got since lies before that row, and is found by the next run.
        await original.AddAsync(Insert("since", """{"id": "since"}""", ahead - 10_860) with { User = a.UserId });
        Assert.Equal(1, (await _fixture.ImportedAsync(original)).Stored());
        Assert.Contains("since", (await a.As("d").PullAsync()).Ok().Ids);
        Assert.Equal(0, (await _fixture.ImportedAsync(original)).Stored());
    }

    [Fact]
    public async Task Into_a_database_in_use_history_comes_as_of_now_so_that_every_client_gets_it()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using (var host = await new TestHost(database).StartAsync())
        {
            var a = await _fixture.PersonAsync(host);
            await a.StoreAsync(Change.Insert("live"));
            var since = (await a.As("b").PullAsync()).Ok().SyncedUntil;
            await using var original = await OriginalDatabase.CreateAsync();
            await original.AddAsync(Insert("old", $$"""{"id": "old", "createdAt": "{{Change.At(1)}}"}""", 2) with { User = a.UserId }, Insert("old2", """{"id": "old2", "x": 1}""", 3) with { User = a.UserId });
            var result = Importing.Verified(await host.ImportAsync(Importing.From(original.ConnectionString, batch: 1)));
            Assert.Contains(result.Warnings, warning => warning.Contains("synced with already", StringComparison.Ordinal));
            var changes = (await a.As("b").PullAsync(since: since)).Ok().Changes;
            Assert.Equal(["old", "old2"], changes.Select(change => (string)change!["id"]!));
            Assert.Equal((Change.At(1), Change.At(3)), ((string?)changes[0]!["fieldMeta"]!["createdAt"], (string?)changes[1]!["fieldMeta"]!["x"]));
        }

        await TestCluster.DropDatabaseAsync(database);
    }
}
