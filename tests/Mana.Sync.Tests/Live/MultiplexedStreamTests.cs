namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 8.6: one stream for several apps.</summary>
public sealed class MultiplexedStreamTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string Path = "/sync/stream?apps=todo,calendar";

    [Fact]
    public async Task Events_of_all_named_apps_arrive_and_say_which_they_are_of()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        await a.As("a", "calendar").StoreAsync(Change.Insert("e1", table: "events"));
        await a.As("a", "notes").StoreAsync(Change.Insert("n1", table: "notes"));
        await using var stream = await LiveStream.OpenPathAsync(a.As("b"), Path);

        var backlog = new[] { await stream.ChangesAsync(), await stream.ChangesAsync() };
        Assert.Equal([("calendar", "events"), ("todo", "tasks")], backlog.Select(told => (told.App, told.Table)));
        await a.As("a", "notes").StoreAsync(Change.Insert("n2", table: "notes"));
        await a.As("a", "calendar").StoreAsync(Change.Insert("e2", table: "events"));
        var live = await stream.ChangesAsync();
        Assert.Equal(("calendar", "events"), (live.App, live.Table));
        Assert.Equal(["e2"], live.Ids);
    }

    [Fact]
    public async Task A_cursor_comes_only_where_nothing_of_any_app_would_be_skipped()
    {
        var a = await fixture.PersonAsync();
        var calendar = a.As("a", "calendar");
        await calendar.StoreAsync(Change.Many(1000, n => Change.Insert($"e{n}", table: "events")));
        await calendar.StoreAsync(Change.Insert("e1000", table: "events"));
        await a.StoreAsync(Change.Insert("t1"));
        await using var stream = await LiveStream.OpenPathAsync(a.As("b"), Path);

        var told = new[] { await stream.ChangesAsync(), await stream.ChangesAsync(), await stream.ChangesAsync() };
        Assert.Equal([("calendar", 1000, true), ("calendar", 1, false), ("todo", 1, false)], told.Select(page => (page.App, page.Ids.Length, page.HasMore)));
        Assert.Equal([false, false, true], told.Select(page => page.Id is not null));

        await a.StoreAsync(Change.Insert("t2"));
        await using var resumed = await LiveStream.OpenPathAsync(a.As("b"), Path, told[2].Id);
        Assert.Equal(["t2"], (await resumed.ChangesAsync()).Ids);
        // The order in which apps are named is no part of what is asked.
        await using var reordered = await LiveStream.OpenPathAsync(a.As("b"), "/sync/stream?apps=calendar,todo", told[2].Id);
        Assert.Equal(["t2"], (await reordered.ChangesAsync()).Ids);
        using var other = await LiveStream.RequestAsync(a.As("b"), "/sync/stream?apps=todo,notes", told[2].Id);
        Assert.Equal(400, (int)other.StatusCode);
        // Each of its apps alone goes on from there as well, in every channel.
        Assert.Equal(["t2"], (await a.As("b").PullAsync(cursor: told[2].Id)).Ok().Ids);
        Assert.Equal(["t2"], (await a.As("b").PostAsync($$"""{"clientId":"b","changes":[],"cursor":"{{told[2].Id}}"}""")).Ok().Ids);
        await using var alone = await LiveStream.OpenAsync(a.As("b"), lastEventId: told[2].Id);
        Assert.Equal(["t2"], (await alone.ChangesAsync()).Ids);
        (await a.As("b", "notes").PullAsync(cursor: told[2].Id)).Refused(400, "invalid_cursor");
    }

    [Fact]
    public async Task A_hundred_apps_are_served_and_one_more_is_refused()
    {
        var a = await fixture.PersonAsync();
        string Of(int apps) => "/sync/stream?apps=" + string.Join(',', Enumerable.Range(0, apps).Select(n => $"app-{n}"));
        await a.As("a", "app-99").StoreAsync(Change.Insert("x"));
        await using var stream = await LiveStream.OpenPathAsync(a.As("b"), Of(100));
        var told = await stream.ChangesAsync();
        Assert.Equal("app-99", told.App);
        await using var resumed = await LiveStream.OpenPathAsync(a.As("b"), Of(100), told.Id);

        using var refused = await LiveStream.RequestAsync(a, Of(101));
        Assert.Equal(400, (int)refused.StatusCode);
    }

    [Fact]
    public async Task Pushing_to_an_app_of_this_name_still_works()
    {
        var a = (await fixture.PersonAsync()).As("a", "stream");
        await a.StoreAsync(Change.Insert("t1"));
        Assert.Equal(["t1"], (await a.As("b").PullAsync()).Ids);
        await using var stream = await LiveStream.OpenAsync(a.As("b"));
        Assert.Equal(["t1"], (await stream.ChangesAsync()).Ids);
    }
}
