using System.Globalization;
using Mana.Sync.Compaction;
using Mana.Sync.Tests.Spaces;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Compaction;

/// <summary>sync.md 15.5 and scenario 73: what compaction leaves is enough for every cursor, however old.</summary>
public sealed class CompactionTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    static readonly string[] Fields = ["title", "done", "note", "deletedAt"];

    [Fact]
    public async Task Scenario_24_4_73_a_cursor_older_than_what_is_kept_receives_the_state()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("before"));
        var old = (await a.As("b").PullAsync()).Ok();
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Many(50, i => Change.Update("t1", "title", $"\"v{i}\"", 10 + i)) + "," + Change.Update("t1", "done", "true", 5));

        await CompactAsync();

        Assert.Equal(2, await fixture.RowsAsync(a));
        foreach (var answer in (Answer[])[await a.As("b").PullAsync(since: old.SyncedUntil), await a.As("b").PullAsync(cursor: old.Cursor)])
        {
            var change = answer.Ok().Only;
            Assert.Equal(("update", "\"v49\"", Change.At(59)), ((string?)change["op"], change["fields"]!["title"]!["value"]!.ToJsonString(), (string?)change["fields"]!["title"]!["at"]));
            Assert.Equal(("true", Change.At(5)), (change["fields"]!["done"]!["value"]!.ToJsonString(), (string?)change["fields"]!["done"]!["at"]));
            Assert.Equal(Change.At(0), (string?)change["fields"]!["createdAt"]!["value"]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Every_cursor_ends_in_the_same_state_whenever_compaction_ran(int seed)
    {
        var random = new Random(seed);
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("stays"));
        var readers = new List<Reader>();
        for (var round = 0; round < 12; round++)
        {
            var reader = new Reader(a.As($"reader-{round}"));
            readers.Add(reader);
            // Some have read up to here, some in small pages and not to the end.
            await reader.ReadAsync(random.Next(1, 12), random.Next(0, 4));
            await a.StoreAsync(string.Join(',', Enumerable.Range(0, random.Next(1, 12)).Select(_ => RandomChange(random))));
            if (random.Next(3) == 0)
                await CompactAsync();
        }

        await CompactAsync();
        foreach (var reader in readers)
            await reader.ReadAsync(7, int.MaxValue);
        var fresh = new Reader(a.As("fresh"));
        await fresh.ReadAsync(1000, int.MaxValue);
        var view = new Reader(a.As("view"));
        await view.ReadStateAsync(3);

        Assert.Contains("stays", fresh.Store.Visible(), StringComparison.Ordinal);
        Assert.Equal(fresh.Store.Visible(), view.Store.Visible());
        foreach (var reader in readers)
            Assert.Equal(fresh.Store.Visible(), reader.Store.Visible());
    }

    [Fact]
    public async Task Compaction_twice_changes_nothing_more_and_recent_history_stays()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Update("t1", "title", "\"v1\"", 10) + "," + Change.Update("t1", "title", "\"v0\"", 5));
        await fixture.Host.Services.GetRequiredService<Compactor>().RunAsync(TimeSpan.FromDays(90), TimeSpan.FromDays(180), default);
        Assert.Equal(3, await fixture.RowsAsync(a));
        await CompactAsync();
        var after = (await a.As("b").PullAsync()).Ok().Text;
        Assert.Equal(1, await fixture.RowsAsync(a));
        await CompactAsync();
        Assert.Equal(after, (await a.As("b").PullAsync()).Ok().Text);
    }

    [Fact]
    public async Task The_device_that_wrote_it_all_receives_it_too_when_it_has_not_passed_the_folded_row()
    {
        var a = await fixture.PersonAsync();
        var start = (await a.StoreAsync(Change.Insert("t0"))).Cursor;
        await a.StoreAsync(Change.Insert("t1"));
        await a.As("b").StoreAsync(Change.Update("t1", "note", "\"from b\"", 3));
        await a.StoreAsync(Change.Update("t1", "title", "\"from a\"", 4));
        await CompactAsync();
        Assert.Equal("from b", (string?)(await a.PullAsync(cursor: start)).Ok().Only["fields"]!["note"]!["value"]);
    }

    [Fact]
    public async Task A_deleted_record_comes_back_whole_until_its_tombstone_is_emptied()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Delete("t1", 10) + "," + Change.Insert("t2") + "," + Change.Delete("t2", 10));
        await CompactAsync();
        var fresh = (await a.As("fresh").PullAsync()).Ok();
        Assert.All(fresh.Changes, change => Assert.Equal(("delete", Change.At(10)), ((string?)change!["op"], (string?)change["deletedAt"])));

        await a.StoreAsync(Change.Undelete("t1", 20));
        Assert.Equal("Milk", (string?)(await a.As("fresh").PullAsync(cursor: fresh.Cursor)).Ok().Only["fields"]!["title"]!["value"]);

        await fixture.Host.Services.GetRequiredService<Compactor>().RunAsync(TimeSpan.Zero, TimeSpan.Zero, default);
        Assert.Equal(["deletedAt"], (await fixture.StateAsync(a, "t2"))!.Fields.Keys);
        Assert.Contains("title", (await fixture.StateAsync(a, "t1"))!.Fields.Keys);
    }

    [Fact]
    public async Task Hard_deletes_survive_so_that_no_device_keeps_what_is_gone()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", """{"title":"old","note":"must go","createdAt":"2026-01-01T00:00:00.000Z"}"""));
        var reader = new Reader(a.As("b"));
        await reader.ReadAsync(10, 10);
        await a.StoreAsync(Change.Delete("t1") + "," + Change.Insert("gone") + "," + Change.Delete("gone"));
        await a.StoreAsync(Change.InsertData("t1", $$"""{"title":"new","createdAt":"{{DateTimeOffset.Parse("2030-01-01", CultureInfo.InvariantCulture):O}}"}"""));
        await CompactAsync();
        await reader.ReadAsync(10, 10);
        Assert.Contains("new", reader.Store.Visible(), StringComparison.Ordinal);
        Assert.DoesNotContain("must go", reader.Store.Visible(), StringComparison.Ordinal);
        Assert.DoesNotContain("gone", reader.Store.Visible(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_records_stay_private_when_they_are_folded()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        var knows = new Reader(b.As("knows"));
        await a.StoreAsync(SpaceScenarios.In(space, "t1", title: "secret"));
        await knows.ReadAsync(10, 10);
        foreach (var (value, at) in ((string, int)[])[("private", 1), ("space", 2), ("private", 3)])
            await a.StoreAsync(Change.Update("t1", $$$"""{"visibility":{"value":"{{{value}}}","at":"{{{Change.At(at)}}}"}}""", $"\"spaceId\":\"{space}\""));
        await CompactAsync();
        Assert.DoesNotContain("secret", (await b.As("fresh").PullAsync()).Ok().Text, StringComparison.Ordinal);
        await knows.ReadAsync(10, 10);
        Assert.Equal("", knows.Store.Visible());
        var own = new Reader(a.As("own"));
        await own.ReadAsync(10, 10);
        Assert.Contains("secret", own.Store.Visible(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pushes_during_compaction_lose_nothing()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Many(40, i => Change.Insert("t" + i)));
        var pushes = Enumerable.Range(0, 4).Select(async device =>
        {
            for (var i = 0; i < 25; i++)
                await a.As("d" + device).StoreAsync(Change.Many(5, j => Change.Update($"t{(i + (j * 7)) % 40}", $"f{device}", $"{i}", i)));
        }).ToList();
        while (!pushes.TrueForAll(push => push.IsCompleted))
            await CompactAsync();
        await Task.WhenAll(pushes);
        await CompactAsync();
        var reader = new Reader(a.As("fresh"));
        await reader.ReadAsync(1000, 10);
        var view = new Reader(a.As("view"));
        await view.ReadStateAsync(100);
        Assert.Equal(view.Store.Visible(), reader.Store.Visible());
        Assert.Equal(40, await fixture.RowsAsync(a));
    }

    /// <summary>Somebody is writing, and nothing of theirs is old enough: the job passes by without waiting.</summary>
    [Fact]
    public async Task A_scope_without_old_changes_is_not_locked()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Many(5, i => Change.Insert("t" + i)));
        await using var connection = await fixture.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new Npgsql.NpgsqlCommand("SELECT FROM sync.scopes WHERE name = $1 FOR UPDATE", connection) { Parameters = { new() { Value = SyncFixture.Scope(a) } } };
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await fixture.Host.Services.GetRequiredService<Compactor>().RunAsync(TimeSpan.FromDays(1), TimeSpan.FromDays(180), default).WaitAsync(TimeSpan.FromSeconds(10));
    }

    Task<CompactionReport> CompactAsync() => fixture.Host.Services.GetRequiredService<Compactor>().RunAsync(TimeSpan.Zero, TimeSpan.FromDays(180), default);

    internal static string RandomChange(Random random)
    {
        var (id, at) = ("t" + random.Next(4), random.Next(100));
        return random.Next(10) switch
        {
            0 or 1 => Change.Insert(id, "v" + at, at),
            2 => Change.Delete(id, at),
            3 => Change.Undelete(id, at),
            // Nothing older than now revives it: one record is enough to be wiped.
            4 => Change.Delete("t3"),
            _ => Change.Update(id, Fields[random.Next(3)], $"\"v{random.Next(1000)}\"", at),
        };
    }
}
