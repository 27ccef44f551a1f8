using Mana.Sync.Tests.History;
using Mana.Sync.Tests.Live;
using Mana.Testing;

namespace Mana.Sync.Tests.Gate;

/// <summary>The wire to the database is cut and mended: what clients are told meanwhile, and that nothing is lost or kept back after it.</summary>
public sealed class OutageTests(SyncFixture fixture) : IClassFixture<SyncFixture>, IAsyncLifetime
{
    readonly FakeClock _clock = new(TimeProvider.System.GetUtcNow());
    Relay _relay = null!;
    TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _relay = new Relay(fixture.Database);
        _host = await new TestHost(_relay.ConnectionString).With(_clock).StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _relay.Mend();
        await _host.DisposeAsync();
        _relay.Dispose();
    }

    [Fact]
    public async Task Who_asks_meanwhile_is_told_to_come_again_and_the_same_push_is_stored_once()
    {
        var a = await fixture.PersonAsync(_host);
        await a.StoreAsync(Change.Insert("t1"));
        const string Push = """{"clientId":"a","since":"","changes":[{"eventId":"01890a5d-ac96-774b-bcce-b302099a8057","table":"tasks","id":"t2","op":"insert","fields":{"title":{"value":"x","updatedAt":"2026-01-01T00:00:00.000Z"}}}]}""";
        _relay.Cut();
        foreach (var answer in (Answer[])[await a.PostAsync(Push), await a.PullAsync(), await HistoryCalls.GetAsync(a, "id=t1")])
        {
            answer.Refused(503, "unavailable");
            Assert.NotNull(answer.Message.Headers.RetryAfter);
        }

        foreach (var endpoint in (string[])["push", "pull", "history"])
            Assert.Equal(1, await _host.MeasuredAsync($"mana_sync_requests_total{{endpoint=\"{endpoint}\",status=\"503\"}}"));

        _relay.Mend();
        (await a.PostAsync(Push)).Ok();
        (await a.PostAsync(Push)).Ok();
        Assert.Equal(["t1", "t2"], (await a.As("b").PullAsync()).Ok().Ids);
    }

    [Fact]
    public async Task An_open_stream_outlives_it_and_brings_what_it_has_missed()
    {
        var a = await fixture.PersonAsync(_host);
        await a.StoreAsync(Change.Insert("t1"));
        await using var stream = await LiveStream.OpenAsync(a.As("b"));
        Assert.Equal(["t1"], (await stream.ChangesAsync()).Ids);
        _relay.Cut();
        // Through a host that still reaches the database; this one cannot hear of it.
        using var elsewhere = await new TokenForge(fixture.Host).ClientForAsync(a.UserId);
        await new SyncClient(elsewhere, a.UserId, "c").StoreAsync(Change.Insert("t2"));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("heartbeat", (await stream.NextAsync()).Name);

        _relay.Mend();
        _clock.Advance(TimeSpan.FromSeconds(30));
        StreamEvent next;
        do
            next = await stream.NextAsync();
        while (next.Name == "heartbeat");
        Assert.Equal(["t2"], next.Ids);
    }
}
