using Microsoft.Extensions.Hosting;

namespace Mana.Kernel.Stopping;

/// <summary>What a host does beside its requests, from start to stop. A stop comes to its end whatever the cancellation of a command throws (<see cref="Patience"/>).</summary>
public abstract class Worker : BackgroundService
{
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = new Patience(stoppingToken);
        await WorkAsync(stop.Token);
    }

    /// <summary>Returns, or is cancelled, soon after <paramref name="stoppingToken"/>; the host waits for it as long as it may stop (<c>Server:DrainSeconds</c>).</summary>
    protected abstract Task WorkAsync(CancellationToken stoppingToken);
}
