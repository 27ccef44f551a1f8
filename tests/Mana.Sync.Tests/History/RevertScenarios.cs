using Mana.Sync.Compaction;
using Mana.Sync.Tests.Spaces;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static Mana.Sync.Tests.History.HistoryCalls;

namespace Mana.Sync.Tests.History;

/// <summary>A way back that is not told by one row alone: values that a tie moved, that compaction folded away, that were wiped or refused.</summary>
public sealed class RevertScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task A_value_that_a_tie_overtook_later_is_the_one_of_then()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "first") + "," + Change.Update("t1", "title", "\"x\"", 10) + "," + Change.Update("t1", "title", "\"late, lost\"", 5));
        await a.StoreAsync(Change.Update("t1", "done", "true", 11));
        var done = await NewestAsync(a);
        await a.StoreAsync(Change.Update("t1", "title", "\"y\"", 10));
        Assert.Equal("\"y\"", await fixture.ValueAsync(a, "t1", "title"));

        JsonAssert.Same("""{"ok":true,"changed":["title"]}""", await RevertAsync(a, done));

        Assert.Equal("\"x\"", await fixture.ValueAsync(a, "t1", "title"));
    }

    [Fact]
    public async Task What_was_folded_away_is_left_alone_and_named()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "A") + "," + Change.Update("t1", "note", "\"kept\"", 1) + "," + Change.Update("t1", "body", "1", 2));
        var boundary = await fixture.NewestAsync(a);
        await a.StoreAsync(Change.Update("t1", "title", "\"late, lost\"", -5));
        await a.StoreAsync(Change.Update("t1", "body", "2", 3));
        var wanted = await NewestAsync(a);
        await a.StoreAsync(Change.Update("t1", "title", "\"B\"", 4) + "," + Change.Update("t1", "body", "3", 5) + "," + Change.Update("t1", "extra", "true", 6));
        await CompactAsync(SyncFixture.Scope(a), boundary);

        JsonAssert.Same("""{"ok":true,"changed":["body"],"unknown":["extra","title"]}""", await RevertAsync(a, wanted));

        Assert.Equal(("\"B\"", "2", "\"kept\""), (await fixture.ValueAsync(a, "t1", "title"), await fixture.ValueAsync(a, "t1", "body"), await fixture.ValueAsync(a, "t1", "note")));
    }

    [Fact]
    public async Task Rows_that_are_gone_altogether_did_exist()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1","title":"A"}""") + "," + Change.InsertData("t1", """{"id":"t1","title":"A2"}"""));
        var boundary = await fixture.NewestAsync(a);
        await a.StoreAsync(Change.Update("t1", "body", "1", 1));
        var wanted = await NewestAsync(a);
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1","title":"B","body":2}"""));
        await CompactAsync(SyncFixture.Scope(a), boundary);
        Assert.Equal(2, await fixture.RowsAsync(a));

        JsonAssert.Same("""{"ok":true,"changed":["body"],"unknown":["title"]}""", await RevertAsync(a, wanted));
    }

    [Fact]
    public async Task What_was_wiped_did_not_exist_any_more()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "A") + "," + Change.Update("t1", "note", "\"n\"", 1));
        await a.StoreAsync(Change.Delete("t1"));
        var deletion = await NewestAsync(a);
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1","title":"again"}"""));
        var again = await NewestAsync(a);
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1","title":"later","note":"new"}"""));

        JsonAssert.Same("""{"ok":true,"changed":["note","title"]}""", await RevertAsync(a, again));
        Assert.Equal(("\"again\"", "null"), (await fixture.ValueAsync(a, "t1", "title"), await fixture.ValueAsync(a, "t1", "note")));

        // Of a version that was a deletion nothing is taken for a wish to empty the record.
        JsonAssert.Same("""{"ok":true,"changed":[],"unknown":["note","title"]}""", await RevertAsync(a, deletion));
    }

    [Fact]
    public async Task A_folded_deletion_above_a_wipe_does_not_say_that_there_was_nothing()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "A"));
        await a.StoreAsync(Change.Delete("t1"));
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1","title":"again"}"""));
        await a.StoreAsync(Change.Delete("t1", Now + 10));
        var deletion = await NewestAsync(a);
        await CompactAsync(SyncFixture.Scope(a), await fixture.NewestAsync(a));
        Assert.Equal(["4", "3"], await fixture.LogAsync(a, "t1", "op"));
        await a.StoreAsync(Change.Undelete("t1", Now + 20));

        JsonAssert.Same("""{"ok":true,"changed":["deletedAt"],"unknown":["title"]}""", await RevertAsync(a, deletion));
    }

    [Fact]
    public async Task What_a_hard_delete_covers_does_not_come_back()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "A"));
        await a.StoreAsync(Change.Delete("t1"));
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1","title":"again"}"""));
        await a.As("offline").StoreAsync(Change.Update("t1", "extra", "\"old\"", 5));
        await a.StoreAsync(Change.Update("t1", "title", "\"B\"", Now + 10));
        var wanted = await NewestAsync(a);
        await a.StoreAsync(Change.Update("t1", "title", "\"C\"", Now + 20));

        JsonAssert.Same("""{"ok":true,"changed":["title"]}""", await RevertAsync(a, wanted));
    }

    [Fact]
    public async Task Who_may_see_a_record_is_not_reverted_by_the_way()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        var inSpace = $"\"spaceId\":\"{space}\"";
        await a.StoreAsync(SpaceScenarios.In(space, "t1", title: "A"));
        await a.StoreAsync(Change.Update("t1", $$$"""{"visibility":{"value":"private","at":"{{{Change.At(1)}}}"}}""", inSpace));
        await b.StoreAsync(Change.Update("t1", $$$"""{"title":{"value":"B","at":"{{{Change.At(2)}}}"},"visibility":{"value":"space","at":"{{{Change.At(2)}}}"}}""", inSpace));
        var versions = (await ReadAsync(a, $"id=t1&spaceId={space}"))["versions"]!.AsArray();
        var (refused, shown) = ((string)versions[0]!["eventId"]!, (string)versions[2]!["eventId"]!);

        JsonAssert.Same("""{"ok":true,"changed":["title"]}""", await RevertInAsync(space, a, refused));
        JsonAssert.Same("""{"ok":true,"changed":["title"]}""", await RevertInAsync(space, a, shown));
        (await GetAsync(b, $"id=t1&spaceId={space}")).Refused(404, "record_not_found");
        JsonAssert.Same("""{"ok":true,"changed":["visibility"]}""", await RevertInAsync(space, a, shown, "visibility"));
        (await GetAsync(b, $"id=t1&spaceId={space}")).Ok();
    }

    [Fact]
    public async Task What_others_tried_on_a_hidden_record_wiped_nothing()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        var inSpace = $"\"spaceId\":\"{space}\"";
        string Set(string field, string value, double at) => Change.Update("t1", $$$"""{"{{{field}}}":{"value":{{{value}}},"at":"{{{Change.At(at)}}}"}}""", inSpace);
        await a.StoreAsync(SpaceScenarios.In(space, "t1", title: "A") + "," + Set("visibility", "\"private\"", 1) + "," + Set("note", "\"n\"", 2));
        await b.StoreAsync(Change.Delete("t1", more: inSpace));
        await b.StoreAsync(Set("title", "\"B\"", 3));
        await a.StoreAsync(Set("done", "true", 4));
        var versions = (await ReadAsync(a, $"id=t1&spaceId={space}"))["versions"]!.AsArray();
        Assert.Equal([false, true, true, false, false, false], versions.Select(version => (bool?)version!["refused"] ?? false));
        var done = (string)versions[0]!["eventId"]!;
        await a.StoreAsync(Set("note", "\"changed\"", 5) + "," + Set("title", "\"C\"", 6));

        JsonAssert.Same("""{"ok":true,"changed":["note","title"]}""", await RevertInAsync(space, a, done));

        var values = (await ReadAsync(a, $"id=t1&spaceId={space}&limit=1"))["versions"]![0]!["fields"]!;
        Assert.Equal(("n", "A"), ((string?)values["note"]!["value"], (string?)values["title"]!["value"]));
    }

    [Fact]
    public async Task A_folded_row_says_what_is_current_of_it()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "A") + "," + Change.Update("t1", "note", "\"n\"", 1) + "," + Change.Update("t1", "title", "\"B\"", 2));
        await CompactAsync(SyncFixture.Scope(a), await fixture.NewestAsync(a));
        await a.StoreAsync(Change.Update("t1", "title", "\"C\"", 3));
        var folded = (await ReadAsync(a, "id=t1"))["versions"]![1]!["fields"]!;
        Assert.Equal((true, false), ((bool)folded["note"]!["current"]!, (bool)folded["title"]!["current"]!));
    }

    /// <summary>In seconds of <see cref="Change.At"/>.</summary>
    static double Now => Math.Round((TimeProvider.System.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds);

    static async Task<string> NewestAsync(SyncClient person) => (string)(await ReadAsync(person, "id=t1&limit=1"))["versions"]![0]!["eventId"]!;

    async Task CompactAsync(string scope, long until)
    {
        var scopeId = await fixture.ScopeIdAsync(scope);
        await new ScopeCompaction(fixture.Host.Services.GetRequiredService<NpgsqlDataSource>(), scopeId, scope).RunAsync(until, 0, TestContext.Current.CancellationToken);
    }
}
