using Mana.Kernel.Stopping;
using Mana.Sync.Spaces;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Sync.Replicas;

/// <summary>
/// Looks at every standby each second or two and decides which are read from, so that no request waits for one that is dead: it is ruled out by the first
/// request or look that fails, and let in again by a look that finds it up to date.
/// </summary>
internal sealed class ReplicaWatch(ReplicaSet replicas, NpgsqlDataSource primary, TimeProvider time, ILogger<ReplicaWatch> log) : Worker
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    /// <summary>Half a second: somebody who lags longer than that would only cost every request its few looks.</summary>
    const int Tries = 100;

    static readonly Tenant Nobody = new("");

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        if (replicas.IsOff)
            return;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
                await LookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        if (await TryAsync(() => Fence.TakeAsync(primary, cancellationToken), cancellationToken) is not { } fence)
            return;
        foreach (var replica in replicas.All)
        {
            var standing = await TryAsync(async () => (Standing?)await OfAsync(replica, fence, cancellationToken), cancellationToken);
            if (replica.Watched(standing))
                log.LogWarning("Read replica {Replica} is {Now}", replica.Number, replica.IsUsed ? "used" : $"not used: {standing?.Kind.ToString() ?? "no answer"}");
        }
    }

    static async Task<Standing> OfAsync(Replica replica, Fence fence, CancellationToken cancellationToken)
    {
        await using var connection = await replica.Database.OpenConnectionAsync(cancellationToken);
        return await Standing.OfAsync(connection, fence, Nobody.EnterReading(), Tries, cancellationToken);
    }

    /// <summary>Whatever a standby does must not end the host.</summary>
    static async Task<T?> TryAsync<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (ReplicaReads.IsFault(exception) || !cancellationToken.IsCancellationRequested)
        {
            return default;
        }
    }
}
