using Mana.Kernel.Stopping;
using Microsoft.Extensions.Hosting;

namespace Mana.Sync.Live;

/// <summary>
/// One tick per second for all live connections: ten thousand idle ones cost a walk through a list instead of ten thousand timers. Ends
/// them all when the host begins to stop, before the server waits for what is still running.
/// </summary>
internal sealed class LiveClock(Connections connections, RevokedSessions revoked, TimeProvider time, IHostApplicationLifetime lifetime) : Worker
{
    readonly PeriodicTimer _second = new(TimeSpan.FromSeconds(1), time);

    public override void Dispose()
    {
        _second.Dispose();
        base.Dispose();
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.ApplicationStopping.Register(() =>
        {
            foreach (var connection in connections.All())
                connection.End(LiveEnd.ServerShutdown);
        });
        while (await _second.WaitForNextTickAsync(stoppingToken))
        {
            var now = time.GetUtcNow();
            revoked.Prune(now);
            foreach (var connection in connections.All())
            {
                connection.Tick(now);
                // One that was let in at the same moment.
                if (lifetime.ApplicationStopping.IsCancellationRequested)
                    connection.End(LiveEnd.ServerShutdown);
            }
        }
    }
}
