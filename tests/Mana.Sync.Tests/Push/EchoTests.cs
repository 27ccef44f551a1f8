using System.Text.Json.Nodes;
using Mana.Sync.Compaction;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Push;

/// <summary>
/// Found by the simulation: what a device must be told of its own changes, because it cannot know what they met. All of it concerns deletions,
/// which devices ignore when they do not know the record, and which, without a time, have nothing to be compared by.
/// </summary>
public sealed class EchoTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const double Soon = 60;

    [Fact]
    public async Task An_insert_that_comes_too_late_for_a_hard_delete_is_answered_with_the_deletion()
    {
        var a = await fixture.PersonAsync();
        var b = a.As("b");
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Delete("t1"));
        var before = (await b.PullAsync()).Ok();

        var answer = await b.StoreAsync(Change.Insert("t1", "made anew", 5), before.SyncedUntil);

        Assert.Equal(("delete", null), ((string?)answer.Only["op"], (string?)answer.Only["deletedAt"]));
        Assert.Equal("delete", (string?)(await b.PullAsync(since: before.SyncedUntil)).Ok().Only["op"]);
    }

    [Fact]
    public async Task That_answer_survives_compaction()
    {
        var a = await fixture.PersonAsync();
        var b = a.As("b");
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Delete("t1"));
        var before = (await b.PullAsync()).Ok();
        await b.PushAsync(Change.Insert("t1", "made anew", 5), before.SyncedUntil);
        await CompactAsync();
        Assert.Equal("delete", (string?)(await b.PullAsync(since: before.SyncedUntil)).Ok().Only["op"]);
    }

    [Fact]
    public async Task Who_reads_a_hard_delete_again_gets_their_own_later_changes_too()
    {
        var a = await fixture.PersonAsync();
        var b = a.As("b");
        await a.StoreAsync(Change.Insert("t1"));
        var before = (await b.PullAsync()).Ok();
        await a.StoreAsync(Change.Delete("t1"));
        await a.StoreAsync(Revive("t1", Soon));
        await b.StoreAsync(Update("t1", "title", "\"mine\"", Soon + 1), (await b.PullAsync()).Ok().SyncedUntil);

        var again = (await b.PullAsync(since: before.SyncedUntil)).Ok().Changes;

        Assert.Equal(["delete", "insert", "update"], again.Select(change => (string?)change!["op"]));
        Assert.Equal("mine", (string?)again[2]!["fields"]!["title"]!["value"]);
    }

    [Fact]
    public async Task A_device_that_hard_deletes_loses_what_reached_it_on_the_way()
    {
        var a = await fixture.PersonAsync();
        var b = a.As("b");
        await a.StoreAsync(Change.Insert("t1"));
        var before = (await b.PullAsync()).Ok();
        await a.StoreAsync(Change.Update("t1", "title", "\"meanwhile\"", 5));
        var answer = await b.StoreAsync(Change.Delete("t1"), before.SyncedUntil);
        Assert.Equal(["update", "delete"], answer.Changes.Select(change => (string?)change!["op"]));
    }

    [Fact]
    public async Task An_insert_onto_a_deletion_that_its_device_never_heard_of_is_answered_with_it()
    {
        var a = await fixture.PersonAsync();
        var b = a.As("b");
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Delete("t1", 10));
        var before = (await b.PullAsync()).Ok();
        var answer = await b.StoreAsync(Change.Insert("t1", "made anew", 20), before.SyncedUntil);
        Assert.Equal(Change.At(10), (string?)answer.Only["fields"]!["deletedAt"]!["value"]);

        // Also when nothing of it counts but its existence.
        var older = await a.As("c").StoreAsync(Change.Insert("t1", "older", -5), answer.SyncedUntil);
        Assert.Equal(["deletedAt"], older.Only["fields"]!.AsObject().Select(field => field.Key));
    }

    [Fact]
    public async Task Who_takes_a_deletion_back_gets_what_compaction_hid()
    {
        var a = await fixture.PersonAsync();
        var b = a.As("b");
        await a.StoreAsync(Change.Insert("t1"));
        var before = (await b.PullAsync()).Ok();
        await a.StoreAsync(Change.Delete("t1", 10) + "," + Change.Update("t1", "note", "\"hidden\"", 11));
        await CompactAsync();
        var answer = await b.StoreAsync(Change.Undelete("t1", 20), before.SyncedUntil);
        Assert.Equal("hidden", (string?)answer.Changes.Last()!["fields"]!["note"]!["value"]);
    }

    [Fact]
    public async Task A_member_gets_their_own_changes_after_a_record_was_hidden_and_shown()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        string Visibility(string value, double at) => Change.Update(
            "t1", new JsonObject { ["visibility"] = new JsonObject { ["value"] = value, ["at"] = Change.At(at) } }.ToJsonString(), $"\"spaceId\":\"{space}\"");
        await a.StoreAsync(Change.InsertData("t1", $$"""{"id":"t1","title":"Milk","createdAt":"{{Change.At(0)}}"}""", more: $"\"spaceId\":\"{space}\""));
        var before = (await b.PullAsync()).Ok();
        await a.StoreAsync(Visibility("private", 1) + "," + Visibility("space", 2));
        await b.StoreAsync(Change.Update("t1", $$$"""{"title":{"value":"mine","at":"{{{Change.At(3)}}}"}}""", $"\"spaceId\":\"{space}\""), (await b.PullAsync()).Ok().SyncedUntil);

        var again = (await b.PullAsync(cursor: before.Cursor)).Ok().Changes;

        Assert.Equal("delete", (string?)again[0]!["op"]);
        Assert.Equal("mine", (string?)again.Last()!["fields"]!["title"]!["value"]);
    }

    async Task CompactAsync() => await fixture.Host.Services.GetRequiredService<Compactor>().RunAsync(TimeSpan.Zero, TimeSpan.FromDays(1), default);

    /// <summary>Dated a little ahead of the server, so that it is newer than a hard delete of now.</summary>
    static string Ahead(double seconds) => TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    static string Revive(string id, double ahead) => Change.InsertData(id, $$"""{"id":"{{id}}","title":"back","createdAt":"{{Ahead(ahead)}}"}""");

    static string Update(string id, string field, string value, double ahead) => Change.Update(id, $$$"""{"{{{field}}}":{"value":{{{value}}},"at":"{{{Ahead(ahead)}}}"}}""");
}
