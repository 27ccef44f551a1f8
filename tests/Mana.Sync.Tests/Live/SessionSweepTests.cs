using Npgsql;

namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 9.4: a session whose end no host heard of ends its connections at the next heartbeat.</summary>
public sealed class SessionSweepTests(LiveFixture live) : IClassFixture<LiveFixture>
{
    [Fact]
    public async Task An_end_that_nobody_was_told_of_shows_at_the_heartbeat()
    {
        var (ended, other) = (await live.Host.CreateAccountAsync(), await live.Host.CreateAccountAsync());
        await using var socket = await LiveSocket.OpenAsync(live.Host);
        await socket.SignInAsync(ended.AccessToken);
        await using var unconcerned = await LiveSocket.OpenAsync(live.Host);
        await unconcerned.SignInAsync(other.AccessToken);
        await using (var connection = await live.Inner.OpenAsync())
        await using (var end = new NpgsqlCommand("UPDATE auth.sessions SET revoked_at = now() WHERE user_id = $1", connection) { Parameters = { new() { Value = ended.UserId } } })
            Assert.Equal(1, await end.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        live.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal((1008, "session revoked"), await socket.ClosedAsync());
        await unconcerned.NothingAsync();
    }
}
