using System.Net;
using Mana.Sync.Live;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 8 and 24.7, 109–116: the stream of one app.</summary>
public sealed class StreamScenarios(LiveFixture live) : IClassFixture<LiveFixture>
{
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Scenario_24_7_109_backlog_comes_as_one_event_per_collection_and_then_live()
    {
        var a = await live.PersonAsync();
        var stored = await a.StoreAsync(Change.Insert("t1") + "," + Change.Insert("p1", table: "projects") + "," + Change.Insert("t2"));
        await using var stream = await LiveStream.OpenAsync(a.As("b"));

        StreamEvent tasks = await stream.ChangesAsync(), projects = await stream.ChangesAsync();
        Assert.Equal(["t1", "t2"], tasks.Ids);
        Assert.Equal(["p1"], projects.Ids);
        foreach (var (told, table) in new[] { (tasks, "tasks"), (projects, "projects") })
        {
            Assert.StartsWith("event: changes\ndata: {\"changes\":[{", told.Raw, StringComparison.Ordinal);
            Assert.Equal(["changes", "hasMore", "syncedUntil", "table"], told.Json.AsObject().Select(member => member.Key));
            Assert.Equal((table, false, stored.SyncedUntil), (told.Table, told.HasMore, told.SyncedUntil));
        }

        await a.StoreAsync(Change.Insert("t3"));
        Assert.Equal(["t3"], (await stream.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task Scenario_24_3_58_a_streamed_change_looks_like_a_pulled_one()
    {
        var a = await live.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1","n":1.10}""", more: "\"origin\":\"user\",\"actor\":{\"kind\":\"user\"}"));
        await using var stream = await LiveStream.OpenAsync(a.As("b"));
        var streamed = (await stream.ChangesAsync()).Json["changes"]![0]!;
        Assert.NotNull(streamed["eventId"]);
        JsonAssert.Same((await a.As("b").PullAsync()).Only.ToJsonString(), streamed);
    }

    [Fact]
    public async Task Scenario_24_7_110_the_head_comes_at_once_when_there_is_nothing_to_send()
    {
        await using var stream = await LiveStream.OpenAsync(await live.PersonAsync());
        var response = stream.Response;
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
    }

    [Fact]
    public async Task Scenario_24_7_111_an_idle_stream_has_a_heartbeat_every_thirty_seconds()
    {
        await using var stream = await LiveStream.OpenAsync(await live.PersonAsync());
        for (var i = 0; i < 3; i++)
        {
            live.Clock.Advance(Heartbeat);
            Assert.Equal("event: heartbeat\ndata: {}", (await stream.NextAsync()).Raw);
        }
    }

    [Fact]
    public async Task Scenario_24_7_112_a_long_backlog_comes_in_pages_and_only_the_last_says_that_there_is_no_more()
    {
        var a = await live.PersonAsync();
        for (var i = 0; i < 4; i++)
        {
            var from = i * 1000;
            await a.StoreAsync(Change.Many(i < 3 ? 1000 : 500, n => Change.Insert($"t{from + n}")));
        }

        await using var stream = await LiveStream.OpenAsync(a.As("b"));
        var pages = new List<StreamEvent>();
        do
            pages.Add(await stream.ChangesAsync());
        while (pages[^1].HasMore);

        Assert.Equal([1000, 1000, 1000, 500], pages.Select(page => page.Ids.Length));
        Assert.Equal(Enumerable.Range(0, 3500).Select(n => $"t{n}"), pages.SelectMany(page => page.Ids));
        Assert.All(pages, page => Assert.NotNull(page.Id));
        // Every page is a place to go on from.
        await using var resumed = await LiveStream.OpenAsync(a.As("b"), lastEventId: pages[1].Id);
        Assert.Equal("t2000", (await resumed.ChangesAsync()).Ids[0]);
    }

    [Fact]
    public async Task A_table_that_was_promised_more_of_gets_a_last_word_also_when_nothing_of_it_follows()
    {
        var a = await live.PersonAsync();
        await a.StoreAsync(Change.Insert("p1", table: "projects") + "," + Change.Many(999, n => Change.Insert($"t{n}")));
        await a.StoreAsync(Change.Insert("t999"));
        await using var stream = await LiveStream.OpenAsync(a.As("b"));
        Assert.Equal(("projects", true), Told(await stream.ChangesAsync()));
        Assert.Equal(("tasks", true), Told(await stream.ChangesAsync()));
        Assert.Equal(("tasks", false), Told(await stream.ChangesAsync()));
        var closing = await stream.ChangesAsync();
        Assert.Equal(("projects", false), Told(closing));
        Assert.Empty(closing.Ids);
        Assert.NotNull(closing.Id);
    }

    [Theory]
    [InlineData("?collections=tasks")]
    [InlineData("?collections=%20tasks%20,,notes")]
    public async Task Scenario_24_7_114_collections_that_were_not_asked_for_are_not_sent(string query)
    {
        var a = await live.PersonAsync();
        await a.StoreAsync(Change.Insert("p0", table: "projects"));
        await using var stream = await LiveStream.OpenAsync(a.As("b"), query);
        await a.StoreAsync(Change.Insert("p1", table: "projects"));
        await a.StoreAsync(Change.Insert("t1"));
        var told = await stream.ChangesAsync();
        Assert.Equal("tasks", told.Table);
        Assert.Equal(["t1"], told.Ids);
    }

    [Fact]
    public async Task Scenario_24_7_115_a_stream_ends_with_its_token()
    {
        await using var stream = await LiveStream.OpenAsync(await live.PersonAsync());
        live.Clock.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal("heartbeat", (await stream.NextAsync()).Name);
        live.Clock.Advance(TimeSpan.FromMinutes(1));
        await stream.ClosedAsync("token-expired");
    }

    [Fact]
    public async Task Scenario_24_7_116_the_own_push_is_not_streamed_back()
    {
        var a = await live.PersonAsync("a");
        await a.As("b").StoreAsync(Change.Insert("t0"));
        await using var own = await LiveStream.OpenAsync(a);
        await using var other = await LiveStream.OpenAsync(a.As("b"));
        // A first read gives a device its own changes as well: it has to be over.
        Assert.Equal(["t0"], (await own.ChangesAsync()).Ids);
        Assert.Equal(["t0"], (await other.ChangesAsync()).Ids);
        await a.StoreAsync(Change.Insert("t1"));
        Assert.Equal(["t1"], (await other.ChangesAsync()).Ids);
        live.Clock.Advance(Heartbeat);
        Assert.Equal("heartbeat", (await own.NextAsync()).Name);
        await a.As("b").StoreAsync(Change.Insert("t2"));
        Assert.Equal(["t2"], (await own.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task A_first_read_gives_a_device_its_own_changes_back()
    {
        var a = await live.PersonAsync("a");
        await a.StoreAsync(Change.Insert("t1"));
        await using var stream = await LiveStream.OpenAsync(a);
        Assert.Equal(["t1"], (await stream.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task What_was_not_announced_is_found_at_the_next_heartbeat()
    {
        var a = await live.PersonAsync();
        await using var stream = await LiveStream.OpenAsync(a.As("b"));
        await a.StoreAsync(Change.Insert("t1"));
        Assert.Equal(["t1"], (await stream.ChangesAsync()).Ids);

        // Pushed through a host that knows nothing of this one.
        await using var deaf = await new TestHost(live.Inner.Database).With(services => services.AddSingleton<IAnnouncements, Nobody>()).StartAsync();
        using var http = await new TokenForge(deaf).ClientForAsync(a.UserId);
        await new SyncClient(http, a.UserId, "c").StoreAsync(Change.Insert("t2"));

        live.Clock.Advance(Heartbeat);
        Assert.Equal("heartbeat", (await stream.NextAsync()).Name);
        Assert.Equal(["t2"], (await stream.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task A_stream_resumes_behind_the_last_event_and_this_wins_over_the_address()
    {
        var a = await live.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        string? id;
        await using (var first = await LiveStream.OpenAsync(a.As("b")))
            id = (await first.ChangesAsync()).Id;
        Assert.NotNull(id);
        await a.StoreAsync(Change.Insert("t2"));

        await using var resumed = await LiveStream.OpenAsync(a.As("b"), "?since=" + SyncClient.Epoch, id);
        Assert.Equal(["t2"], (await resumed.ChangesAsync()).Ids);
        await using var byCursor = await LiveStream.OpenAsync(a.As("b"), "?cursor=" + id);
        Assert.Equal(["t2"], (await byCursor.ChangesAsync()).Ids);
        await using var byTime = await LiveStream.OpenAsync(a.As("b"), "?since=" + (await a.As("b").PullAsync()).SyncedUntil);
        await a.StoreAsync(Change.Insert("t3"));
        Assert.Equal(["t3"], (await byTime.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task Scenario_24_8_122_a_host_that_stops_says_so_to_its_streams()
    {
        await using var host = await new TestHost(live.Inner.Database).StartAsync();
        await using var stream = await LiveStream.OpenAsync(await live.Inner.PersonAsync(host));
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await stream.ClosedAsync("server-shutdown");
    }

    static (string? Table, bool HasMore) Told(StreamEvent told) => (told.Table, told.HasMore);

    sealed class Nobody : IAnnouncements
    {
        public void Announce(Announcement announcement)
        {
        }
    }
}
