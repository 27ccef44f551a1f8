using System.Globalization;
using Mana.Devices;

namespace Mana.Sync.Tests.Merge;

/// <summary>The matrix of sync.md 13.8, every row: existing state, incoming change, result.</summary>
public sealed class MatrixTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public Task Nothing_then_insert_is_live() => EndsAsync("live", Change.Insert("t1"));

    [Fact]
    public Task Nothing_then_update_is_partial() => EndsAsync("live partial", Change.Update("t1", "title", "\"x\"", 1));

    [Fact]
    public Task Nothing_then_delete_is_a_tombstone() => EndsAsync("deleted partial", Change.Delete("t1", 1));

    [Fact]
    public Task Nothing_then_bare_delete_is_a_tombstone() => EndsAsync("erased partial", Change.Delete("t1"));

    [Fact]
    public async Task Live_then_insert_is_merged()
    {
        var a = await EndsAsync("live", Change.Insert("t1", "old", at: 1), Change.Insert("t1", "new", at: 2));
        Assert.Equal((1L, "\"new\""), (await fixture.RecordsAsync(a), await fixture.ValueAsync(a, "t1", "title")));
    }

    [Fact]
    public async Task Live_then_update_is_merged()
    {
        var a = await EndsAsync("live", Change.Insert("t1"), Change.Update("t1", "note", "1", 1));
        Assert.Equal(("\"Milk\"", "1"), (await fixture.ValueAsync(a, "t1", "title"), await fixture.ValueAsync(a, "t1", "note")));
    }

    [Fact]
    public Task Live_then_delete_hides_the_record() => EndsAsync("deleted", Change.Insert("t1"), Change.Delete("t1", 1));

    [Fact]
    public Task Live_and_undeleted_then_an_older_delete_stays_live() =>
        EndsAsync("live", Change.Insert("t1"), Change.Delete("t1", 1), Change.Undelete("t1", 5), Change.Delete("t1", 3));

    [Fact]
    public Task Deleted_then_update_of_other_fields_stays_deleted() => EndsAsync("deleted", Change.Insert("t1"), Change.Delete("t1", 1), Change.Update("t1", "title", "\"x\"", 9));

    [Fact]
    public Task Deleted_then_newer_undelete_is_live() => EndsAsync("live", Change.Insert("t1"), Change.Delete("t1", 1), Change.Undelete("t1", 2));

    [Fact]
    public Task Deleted_then_older_undelete_stays_deleted() => EndsAsync("deleted", Change.Insert("t1"), Change.Delete("t1", 2), Change.Undelete("t1", 1));

    [Fact]
    public Task Deleted_then_older_insert_stays_deleted() => EndsAsync("deleted", Change.Delete("t1", 5), Change.Insert("t1", at: 1));

    [Fact]
    public Task Deleted_then_newer_insert_stays_deleted() => EndsAsync("deleted", Change.Insert("t1"), Change.Delete("t1", 5), Change.Insert("t1", "again", at: 9));

    [Fact]
    public Task Deleted_then_newer_insert_that_says_so_is_live() => EndsAsync(
        "live", Change.Insert("t1"), Change.Delete("t1", 5), Change.InsertData("t1", $$"""{"id":"t1","deletedAt":null,"createdAt":"{{Change.At(9)}}"}"""));

    [Fact]
    public Task Live_then_bare_delete_is_erased() => EndsAsync("erased", Change.Insert("t1"), Change.Delete("t1"));

    [Fact]
    public Task Erased_then_older_insert_stays_erased() => EndsAsync("erased", Change.Insert("t1"), Change.Delete("t1"), Change.Insert("t1", "old", at: 1));

    [Fact]
    public async Task Erased_then_newer_update_stays_erased() => await EndsAsync("erased", Change.Insert("t1"), Change.Delete("t1"), await LaterAsync("update"));

    [Fact]
    public async Task An_archive_that_is_restored_after_a_hard_delete_comes_back_whole()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "of old", 5) + "," + Change.Delete("t1"));
        var now = DateTimeOffset.Parse("2030-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture).ToString("O");
        await a.As("b").StoreAsync($$$"""
            {"table":"tasks","id":"t1","op":"insert","data":{"id":"t1","title":"of old","deletedAt":null,"createdAt":"{{{Change.At(5)}}}"},
             "fieldMeta":{"title":"{{{Change.At(5)}}}","createdAt":"{{{Change.At(5)}}}","deletedAt":"{{{now}}}"}}
            """);
        Assert.Equal("\"of old\"", await fixture.ValueAsync(a, "t1", "title"));
        Assert.Contains("of old", (await a.As("c").PullAsync()).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erased_then_newer_insert_is_live()
    {
        var a = await EndsAsync("live", Change.Insert("t1"), Change.Delete("t1"), await LaterAsync("insert"));
        Assert.Equal(("\"later\"", null), (await fixture.ValueAsync(a, "t1", "title"), await fixture.ValueAsync(a, "t1", "createdAt")));
    }

    [Fact]
    public async Task What_was_edited_while_the_record_was_erased_comes_back_with_it()
    {
        var note = (await LaterAsync("update")).Replace("title", "note", StringComparison.Ordinal);
        var a = await EndsAsync("live", Change.Insert("t1"), Change.Delete("t1"), note, await LaterAsync("insert"));
        foreach (var generation in new[] { Generation.Legacy, Generation.Modern })
        {
            var fresh = new Device(a.Http, "fresh" + generation, generation: generation);
            await fresh.SyncAsync();
            Assert.Equal(["note", "title"], fresh.Store.Find("tasks", "t1")!.Keys.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_bare_delete_covers_versions_whose_clock_is_a_little_ahead() =>
        await EndsAsync("erased", await LaterAsync("insert"), Change.Delete("t1"));

    /// <summary>Pushes one change per request, alternately from two devices; then server and fresh devices agree on what became of t1.</summary>
    async Task<SyncClient> EndsAsync(string expected, params string[] changes)
    {
        var person = await fixture.PersonAsync();
        foreach (var (change, index) in changes.Select((change, index) => (change, index)))
            await person.As(index % 2 == 0 ? "a" : "b").StoreAsync(change);

        var state = (await fixture.StateAsync(person, "t1"))!;
        var life = state.IsErased ? "erased" : state.IsDeleted ? "deleted" : "live";
        Assert.Equal(expected, life + (state.IsPartial ? " partial" : ""));

        foreach (var generation in new[] { Generation.Legacy, Generation.Modern })
        {
            var fresh = new Device(person.Http, "fresh", generation: generation);
            await fresh.SyncAsync();
            Assert.Equal(life == "live" ? 1 : 0, fresh.Store.LiveCount);
        }

        return person;
    }

    /// <summary>An update or insert of t1 that claims to be two minutes from now: newer than any time of receipt, and not yet clamped.</summary>
    async Task<string> LaterAsync(string op)
    {
        var person = await fixture.PersonAsync();
        await person.StoreAsync(Change.Insert("clock"));
        var at = DateTimeOffset.Parse((await person.PullAsync()).Ok().SyncedUntil, CultureInfo.InvariantCulture).AddMinutes(2)
            .UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var fields = $$$"""{"title":{"value":"later","at":"{{{at}}}"}}""";
        return op == "update" ? Change.Update("t1", fields) : $$$"""{"table":"tasks","id":"t1","op":"insert","data":{"id":"t1","title":"later"},"fieldMeta":{"title":"{{{at}}}"}}""";
    }
}
