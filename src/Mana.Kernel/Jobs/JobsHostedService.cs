using Mana.Kernel.Stopping;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mana.Kernel.Jobs;

/// <summary>
/// Starts the scheduler behind the started application and stops it with the host. Quartz' own hosted service reads the database while
/// the host starts: a database that is away would keep the host from starting.
/// </summary>
internal sealed class JobsHostedService(
    JobScheduler scheduler, JobRegistry registry, JobCutoff cutoff, IHostApplicationLifetime lifetime, ILogger<JobsHostedService> logger)
    : Worker
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // The shutdown time-out ends the patience with running jobs: they are told, and get the last moments of the process to return.
        await using var registration = cancellationToken.Register(cutoff.Cut);
        try
        {
            await scheduler.StopAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            logger.LogWarning("Jobs were still running when the host's shutdown time-out ended");
        }
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        if (!await ApplicationStartedAsync(stoppingToken)) return;

        var delay = TimeSpan.FromSeconds(1);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var started = await scheduler.StartAsync(stoppingToken);
                logger.LogInformation("Scheduler {Instance} runs {Count} jobs", started.SchedulerInstanceId, registry.All.Count);
                return;
            }
#pragma warning disable CA1031 // The host serves its requests without a scheduler; whatever went wrong is tried again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (stoppingToken.IsCancellationRequested) return;
                logger.LogError(exception, "The scheduler could not start; next try in {DelaySeconds} s", delay.TotalSeconds);
            }

            await Task.Delay(delay, TimeProvider.System, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, MaxDelay.Ticks));
        }
    }

    private async Task<bool> ApplicationStartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStarted = lifetime.ApplicationStarted.Register(() => started.TrySetResult(true));
        await using var onStopping = stoppingToken.Register(() => started.TrySetResult(false));
        return await started.Task;
    }
}
