using Mana.Auth.Contracts;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.Logging;

namespace Mana.Sync.Live;

/// <summary>
/// Ends the connections of sessions that ended without this host hearing of it: asks about all of them at once, after a loss of notifications
/// and at every heartbeat, until it is answered.
/// </summary>
internal sealed class SessionSweep(
    Connections connections, ISessionStanding standing, RevokedSessions revoked, LiveOptions options, TimeProvider time, ILogger<SessionSweep> log) : Worker
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    const int AtOnce = 1000;

    readonly SemaphoreSlim _wake = new(0);

    /// <summary>Returns at once; asking twice is asking once.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount == 0)
            _wake.Release();
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override Task WorkAsync(CancellationToken stoppingToken) => Task.WhenAll(BeatAsync(stoppingToken), SweepAsync(stoppingToken));

    async Task BeatAsync(CancellationToken stoppingToken)
    {
        using var heartbeat = new PeriodicTimer(TimeSpan.FromSeconds(options.HeartbeatSeconds), time);
        while (await heartbeat.WaitForNextTickAsync(stoppingToken))
            Wake();
    }

    async Task SweepAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _wake.WaitAsync(stoppingToken);
            try
            {
                await EndThoseOfEndedSessionsAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("The sessions of connected people could not be read ({Kind}); trying again", exception.GetType().Name);
                await Task.Delay(Pause, time, stoppingToken);
                Wake();
            }
        }
    }

    async Task EndThoseOfEndedSessionsAsync(CancellationToken cancellationToken)
    {
        var bySession = connections.All().Where(connection => connection.Identity?.SessionId is not null).ToLookup(connection => connection.Identity!.SessionId!, StringComparer.Ordinal);
        foreach (var some in bySession.Select(session => session.Key).Chunk(AtOnce))
        {
            foreach (var ended in await standing.EndedAmongAsync(some, cancellationToken))
            {
                revoked.Add(ended);
                foreach (var connection in bySession[ended])
                    if (connection.Identity?.SessionId == ended)
                        connection.End(LiveEnd.SessionRevoked);
            }
        }
    }
}
