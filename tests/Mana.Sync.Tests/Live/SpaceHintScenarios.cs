namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 10, 19 and scenarios 93 and 103: hints of shared spaces, and what happens to them when memberships change.</summary>
public sealed class SpaceHintScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task Scenario_24_7_103_members_of_a_space_are_told_and_others_are_not()
    {
        var (a, b, c) = (await fixture.MemberAsync(), await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await using var author = await SocketAsync(a, "a2");
        await using var member = await SocketAsync(b, "a");
        await using var stranger = await SocketAsync(c, "a");

        await a.StoreAsync(In(space, "t1"));

        Assert.Equal(["tasks"], await author.HintAsync());
        // A client id counts only together with its user: two people may share a browser profile.
        Assert.Equal(["tasks"], await member.HintAsync());
        await stranger.NothingAsync();
    }

    [Fact]
    public async Task A_private_record_of_a_space_is_told_to_its_author_only()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await using var author = await SocketAsync(a, "a2");
        await using var member = await SocketAsync(b, "b");

        await a.StoreAsync(Change.InsertData("secret", """{"id":"secret","visibility":"private"}""", more: $"\"spaceId\":\"{space}\""));

        Assert.Equal(["tasks"], await author.HintAsync());
        await member.NothingAsync();
    }

    [Fact]
    public async Task Scenario_24_6_93_who_is_removed_is_told_so_and_then_nothing_more()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await using var removed = await SocketAsync(b, "b");
        await using var staying = await SocketAsync(a, "a2");

        await fixture.LeaveAsync(space, b);

        var message = await removed.MessageAsync();
        Assert.Equal(("space-removed", space), ((string?)message["type"], (string?)message["spaceId"]));
        await a.StoreAsync(In(space, "t1"));
        Assert.Equal(["tasks"], await staying.HintAsync());
        await removed.NothingAsync();
        await b.StoreAsync(Change.Insert("own", table: "notes"));
        Assert.Equal(["notes"], await removed.HintAsync());
    }

    [Fact]
    public async Task Who_joins_is_told_what_the_space_holds_and_from_then_on_what_is_written_to_it()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a);
        await a.StoreAsync(In(space, "t1") + "," + In(space, "p1", "projects"));
        await a.As("a", "calendar").StoreAsync(In(space, "e1", "events"));
        await using var all = await SocketAsync(b, "b", "/ws");
        await using var todo = await SocketAsync(b, "b");

        await fixture.JoinAsync(space, b);

        await all.HintsUntilAsync("calendar/events", "todo/projects", "todo/tasks");
        Assert.Equal(["projects", "tasks"], await todo.HintAsync());
        await a.StoreAsync(In(space, "t2"));
        Assert.Equal(["tasks"], await todo.HintAsync());
    }

    [Fact]
    public async Task When_a_space_is_deleted_every_member_is_told()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await using var owner = await SocketAsync(a, "a2");
        await using var member = await SocketAsync(b, "b");

        await fixture.SpacesAsync(a, spaces => spaces.DeleteAsync(space, default));

        foreach (var socket in (LiveSocket[])[owner, member])
            Assert.Equal(space, (string?)(await socket.MessageAsync())["spaceId"]);
    }

    /// <summary>Of one app: what the server itself puts into a new space, in others, comes whenever it does.</summary>
    Task<LiveSocket> SocketAsync(SyncClient person, string device, string path = "/ws/todo") => LiveSocket.OfAsync(fixture.Host, person, path, device);

    static string In(string space, string id, string table = "tasks") =>
        Change.InsertData(id, $$"""{"id":"{{id}}","title":"x","createdAt":"{{Change.At(0)}}"}""", table, $"\"spaceId\":\"{space}\"");
}
