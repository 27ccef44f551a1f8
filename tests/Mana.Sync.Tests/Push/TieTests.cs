namespace Mana.Sync.Tests.Push;

/// <summary>sync.md 13.5: the later accepted of two equal times wins, and nobody is told the loser any more.</summary>
public sealed class TieTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task The_loser_is_taken_out_of_the_log_and_the_winner_comes_back_to_its_author()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", $$$"""{"title":{"value":"first","at":"{{{Change.At(1)}}}"},"n":{"value":9007199254740993,"at":"{{{Change.At(1)}}}"}}"""));
        var before = (await a.As("b").PullAsync()).Ok().SyncedUntil;

        var answer = await a.As("b").StoreAsync(Change.Update("t1", "title", "\"second\"", 1), before);

        Assert.Equal("second", (string)answer.Only["fields"]!["title"]!["value"]!);
        var changes = (await a.As("c").PullAsync()).Ok().Changes;
        JsonAssert.Same($$$"""{"n":{"value":9007199254740993,"at":"{{{Change.At(1)}}}"}}""", changes[0]!["fields"]);
        Assert.Contains("9007199254740993", changes[0]!.ToJsonString(), StringComparison.Ordinal);
        JsonAssert.Same($$$"""{"title":{"value":"second","at":"{{{Change.At(1)}}}"}}""", changes[1]!["fields"]);
        Assert.Equal(["false", "true"], await fixture.LogAsync(a, "t1", "c.echo"));
        Assert.Contains("first", (await fixture.LogAsync(a, "t1", "c.lost"))[0], StringComparison.Ordinal);
        Assert.Equal(["second"], (await a.As("b").PullAsync(since: before)).Ok().Changes.Select(change => (string)change!["fields"]!["title"]!["value"]!));
    }

    [Fact]
    public async Task A_tie_on_a_row_with_half_an_emoji_or_a_doubled_key_is_settled_too()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", $$"""{"title":"cut \ud83d","note":1,"note":2,"done":false,"createdAt":"{{Change.At(0)}}"}"""));
        await a.As("b").StoreAsync(Change.Update("t1", "done", "true", 0));
        await a.As("b").StoreAsync(Change.Update("t1", "note", "3", 0));
        var fresh = (await a.As("c").PullAsync()).Ok();
        Assert.Contains("cut \\ud83d", fresh.Text, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sync/todo/history?table=tasks&id=t1");
        Assert.Contains("cut \\ud83d", (await a.SendAsync(request)).Ok().Text, StringComparison.Ordinal);
        Assert.Contains("cut \\ud83d", (await a.GetAsync("collection=tasks&view=state")).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_values_are_no_tie()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", "title", "\"same\"", 1));
        var before = (await a.As("b").PullAsync()).Ok().SyncedUntil;
        Assert.Empty((await a.As("b").StoreAsync(Change.Update("t1", "title", "\"same\"", 1), before)).Changes);
        Assert.Equal(["false", "false"], await fixture.LogAsync(a, "t1", "c.echo"));
    }

    [Fact]
    public async Task A_row_that_lost_everything_is_kept_but_not_delivered()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", "title", "\"first\"", 1));
        await a.As("b").StoreAsync(Change.Update("t1", "title", "\"second\"", 1));
        Assert.Equal(2, await fixture.RowsAsync(a));
        Assert.Equal("second", (string)(await a.As("c").PullAsync()).Ok().Only["fields"]!["title"]!["value"]!);
    }

    [Fact]
    public async Task A_tie_inside_one_push_is_settled_by_its_order()
    {
        var a = await fixture.PersonAsync();
        var answer = await a.StoreAsync(Change.Update("t1", "title", "\"first\"", 1) + "," + Change.Update("t1", "title", "\"second\"", 1));
        Assert.Equal(["second"], answer.Changes.Select(change => (string)change!["fields"]!["title"]!["value"]!));
        Assert.Equal("second", (string)(await a.As("b").PullAsync()).Ok().Only["fields"]!["title"]!["value"]!);
        Assert.Equal("\"second\"", await fixture.ValueAsync(a, "t1", "title"));
    }

    [Fact]
    public async Task A_delete_and_an_undelete_of_the_same_instant_are_settled_by_order()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        await a.StoreAsync(Change.Delete("t1", 5));
        await a.As("b").StoreAsync(Change.Undelete("t1", 5));
        Assert.False((await fixture.StateAsync(a, "t1"))!.IsDeleted);
        Assert.Equal(["insert", "update"], (await a.As("c").PullAsync()).Ok().Changes.Select(change => (string)change!["op"]!));
        await a.StoreAsync(Change.Delete("t1", 5.001));
        Assert.True((await fixture.StateAsync(a, "t1"))!.IsDeleted);
    }
}
