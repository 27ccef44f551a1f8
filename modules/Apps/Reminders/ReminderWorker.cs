using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Firing;
using Mana.Apps.Reminders.Rules;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.Logging;

namespace Mana.Apps.Reminders;

/// <summary>The loops of reminders (compute.md 8.7): claim what is due, send it, write outcomes back. All state is in the database; any host may do any of it.</summary>
internal sealed class ReminderWorker(
    ReminderClaims claims, ReminderDispatcher dispatcher, DeliveryQueue queue, WriteBack writeBack, FirstRead firstRead, ReminderSignal signal, ReminderOptions options, TimeProvider time,
    ILogger<ReminderWorker> log) : Worker
{
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);
    static readonly TimeSpan WriteBackEvery = TimeSpan.FromSeconds(1);
    static readonly TimeSpan WhileAnotherHasIt = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan LongestDeliveryPause = TimeSpan.FromSeconds(5);

    protected override Task WorkAsync(CancellationToken stoppingToken) => options.Enabled
        ? Task.WhenAll(
            signal.ListenAsync(stoppingToken), LoopAsync(ClaimAsync, stoppingToken), LoopAsync(DispatchAsync, stoppingToken), LoopAsync(dispatcher.SettleAsync, stoppingToken),
            LoopAsync(WriteBackAsync, stoppingToken), LoopAsync(firstRead.RunAsync, stoppingToken))
        : Task.CompletedTask;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!options.Enabled)
            return;
        try
        {
            await dispatcher.FinishAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            log.LogWarning("Results of the last messages could not be written ({Kind}); they are sent again when their leases end", exception.GetType().Name);
        }
    }

    async Task ClaimAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            while (await claims.ClaimAsync(stoppingToken) > 0)
            {
                // The next batch.
            }

            await signal.InstancesAsync(Until(await claims.NextAsync(stoppingToken), TimeSpan.FromSeconds(options.PollSeconds)), stoppingToken);
        }
    }

    async Task DispatchAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            while (await dispatcher.TakeAsync(stoppingToken) > 0)
            {
                // As long as lanes are free.
            }

            await signal.DeliveriesAsync(Until(await queue.NextAsync(stoppingToken), LongestDeliveryPause), stoppingToken);
        }
    }

    async Task WriteBackAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await writeBack.RunAsync(stoppingToken);
            await Task.Delay(WriteBackEvery, time, stoppingToken);
        }
    }

    TimeSpan Until(DateTimeOffset? next, TimeSpan longest)
    {
        var wait = next - time.GetUtcNow() ?? longest;
        // What is due and was not to be had is in the hands of another host.
        if (wait <= TimeSpan.Zero)
            return WhileAnotherHasIt;
        // Timers end early by up to a tick of their clock; a look that comes too soon costs a second one.
        return wait > longest ? longest : wait + TimeSpan.FromMilliseconds(1);
    }

    async Task LoopAsync(Func<CancellationToken, Task> loop, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await loop(stoppingToken);
                return;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log.LogWarning("Reminders could not be worked ({Kind}); trying again", exception.GetType().Name);
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
