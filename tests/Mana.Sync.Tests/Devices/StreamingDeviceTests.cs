using Mana.Sync.Tests.Live;

namespace Mana.Sync.Tests.Devices;

/// <summary>A device that only streams one app does not fall behind because another app of the same person goes on.</summary>
public sealed class StreamingDeviceTests(LiveFixture live) : IClassFixture<LiveFixture>
{
    [Fact]
    public async Task Lag_is_counted_from_the_whole_of_what_a_stream_has_looked_through()
    {
        var a = await live.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        await using var stream = await LiveStream.OpenAsync(a.As("tablet"));
        await stream.ChangesAsync();
        await a.As("a", "calendar").StoreAsync(Change.Insert("e1", table: "events"));
        live.Clock.Advance(TimeSpan.FromSeconds(30));

        await Soon.TrueAsync("The tablet is noted where the calendar is", async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/sync/debug");
            var devices = (await a.SendAsync(request)).Ok().Body["devices"]!.AsArray();
            string? Until(string client, string app) => (string?)devices.FirstOrDefault(device => (string?)device!["clientId"] == client && (string?)device["appId"] == app)?["syncedUntil"];
            return Until("a", "calendar") is { } newest && Until("tablet", "todo") == newest;
        });
    }
}
