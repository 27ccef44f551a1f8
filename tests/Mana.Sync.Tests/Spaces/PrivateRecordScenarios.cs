using System.Text.Json.Nodes;
using Mana.Sync.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Spaces;

/// <summary>sync.md 19, rule 4, and scenario 94: a private record of a shared space is its author's alone, whoever asks and however.</summary>
public sealed class PrivateRecordScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task Scenario_24_6_94_private_records_come_and_go()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        var (at, until) = ((await b.PullAsync()).Ok().Cursor, "");
        await a.StoreAsync(Insert(space, "t1", "private"));
        Assert.Empty((await b.PullAsync(cursor: at)).Ok().Changes);

        await a.StoreAsync(Visibility(space, "t1", "space", 10));
        var shown = (await b.PullAsync(cursor: at)).Ok();
        JsonAssert.Same($$"""{"id":"t1","title":"Milk","visibility":"space","createdAt":"{{Change.At(0)}}"}""", shown.Only["data"]);
        Assert.Equal(("insert", space), ((string?)shown.Only["op"], (string?)shown.Only["spaceId"]));

        await a.StoreAsync(Visibility(space, "t1", "private", 20));
        var hidden = (await b.PullAsync(cursor: shown.Cursor)).Ok().Only;
        Assert.Equal("delete", (string?)hidden["op"]);
        Assert.Null(hidden["fields"] ?? hidden["data"] ?? (JsonNode?)hidden["deletedAt"]);
        until = (await b.PullAsync()).Ok().Text;
        Assert.DoesNotContain("Milk", until, StringComparison.Ordinal);

        // The author has it all the time, and no device of theirs was told to forget it.
        Assert.DoesNotContain((await a.As("a2").PullAsync()).Ok().Changes, change => (string?)change!["op"] == "delete");
        Assert.Contains("Milk", (await a.As("a2").PullAsync()).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_public_before_is_withdrawn_from_those_who_come_later()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Insert(space, "t1", "space", "secret"));
        await a.StoreAsync(Change.Update("t1", $$$"""{"title":{"value":"secret too","at":"{{{Change.At(5)}}}"}}""", $"\"spaceId\":\"{space}\""));
        await a.StoreAsync(Visibility(space, "t1", "private", 10));
        foreach (var answer in (Answer[])[await b.PullAsync(), await b.PushAsync(""), await b.GetAsync("collection=tasks&view=state")])
            Assert.DoesNotContain("secret", answer.Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_author_can_show_a_record_or_change_what_is_hidden()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Insert(space, "t1", "private"));
        var answer = await b.StoreAsync(Visibility(space, "t1", "space", 50) + "," + Title(space, "t1", "stolen", 51) + "," + Delete(space, "t1"));
        Assert.DoesNotContain("Milk", answer.Text, StringComparison.Ordinal);
        var read = (await a.As("a2").PullAsync()).Ok().Only;
        Assert.Equal(("insert", "Milk"), ((string?)read["op"], (string?)read["data"]!["title"]));
        Assert.Empty((await b.As("b2").PullAsync()).Ok().Changes);
    }

    [Fact]
    public async Task Another_member_cannot_hide_a_record_from_everybody()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Insert(space, "t1", "space"));
        await b.StoreAsync(Visibility(space, "t1", "private", 50));
        Assert.Equal(["t1"], (await b.As("b2").PullAsync()).Ok().Ids);
    }

    [Fact]
    public async Task Conflicts_never_quote_a_hidden_value()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Insert(space, "t1", "private", "secret"));
        var answer = (await b.PushAsync(Title(space, "t1", "older", -50), more: "\"reportConflicts\":true")).Ok();
        Assert.Empty(answer.Conflicts);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shown_and_hidden_again_in_one_push_it_was_never_shown()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Insert(space, "t1", "private", "secret"));
        await a.StoreAsync(Visibility(space, "t1", "space", 10) + "," + Title(space, "t1", "secret too", 11) + "," + Visibility(space, "t1", "private", 12));
        Assert.DoesNotContain("secret", (await b.PullAsync()).Ok().Text, StringComparison.Ordinal);
        Assert.Contains("secret too", (await a.As("a2").PullAsync()).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_record_that_is_gone_for_good_stays_private()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Insert(space, "hidden-1", "private"));
        await a.StoreAsync(Delete(space, "hidden-1"));
        await a.As("late").StoreAsync(Title(space, "hidden-1", "late edit", 50));
        Assert.DoesNotContain("hidden-1", (await b.PullAsync()).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_modules_learn_whose_a_private_record_is()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Insert(space, "t1", "private") + "," + Insert(space, "t2", "space"));
        await b.StoreAsync(Insert(space, "t3", "private"));
        var records = fixture.Host.Services.GetRequiredService<ISyncRecords>();
        var authors = await records.QueryAsync(RecordOwner.OfSpace(space), "todo", "tasks", default).Select(record => (record.Id, record.IsPrivate, record.PrivateTo)).ToListAsync();
        Assert.Equal([("t1", true, a.UserId), ("t2", false, null), ("t3", true, b.UserId)], authors);
        Assert.Equal(a.UserId, (await records.ReadAsync(RecordOwner.OfSpace(space), "todo", "tasks", "t1", default))!.PrivateTo);
    }

    [Fact]
    public async Task In_one_s_own_scope_the_word_means_nothing()
    {
        var a = await fixture.MemberAsync();
        await a.StoreAsync(Change.InsertData("t1", """{"visibility":"private"}"""));
        Assert.Equal(["t1"], (await a.As("b").PullAsync()).Ok().Ids);
    }

    static string Insert(string space, string id, string visibility, string title = "Milk") =>
        Change.InsertData(id, $$"""{"id":"{{id}}","title":"{{title}}","visibility":"{{visibility}}","createdAt":"{{Change.At(0)}}"}""", more: $"\"spaceId\":\"{space}\"");

    static string Visibility(string space, string id, string value, double at) =>
        Change.Update(id, $$$"""{"visibility":{"value":"{{{value}}}","at":"{{{Change.At(at)}}}"}}""", $"\"spaceId\":\"{space}\"");

    static string Title(string space, string id, string value, double at) =>
        Change.Update(id, $$$"""{"title":{"value":"{{{value}}}","at":"{{{Change.At(at)}}}"}}""", $"\"spaceId\":\"{space}\"");

    static string Delete(string space, string id) => Change.Delete(id, more: $"\"spaceId\":\"{space}\"");
}
