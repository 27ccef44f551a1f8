using System.Diagnostics;
using Mana.Load.Compaction;

namespace Mana.Load;

/// <summary>
/// An open loop: push k is due at k / rate, whether or not the pushes before it have been answered, and its latency counts from then.
/// A host that stands still for a second is charged for every push that was due in that second.
/// </summary>
internal static class PacedPush
{
    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var connections = await SyncConnection.OpenAsync(options, options.Clients);
        await Scenarios.StoreAsync(connections, options.Preload, options.Edits);
        await Task.WhenAll(connections.Select(connection => connection.PushAsync(options.Batch, null)));
        await using var compaction = options.Postgres is { } postgres ? new CompactionLoop(postgres) : null;
        compaction?.Start(options.Window);
        var workers = connections.ConvertAll(_ => new Worker());
        var total = (int)(options.Rate * options.Duration.TotalSeconds);
        var next = -1;
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(connections.Zip(workers, async (connection, worker) =>
        {
            while (Interlocked.Increment(ref next) is var turn && turn < total)
            {
                var due = Pace.After(start, TimeSpan.FromSeconds(turn / options.Rate));
                await Pace.UntilAsync(due);
                await connection.PushAsync(options.Batch, worker, due);
            }
        }));
        var took = Stopwatch.GetElapsedTime(start);
        await (compaction?.StopAsync() ?? Task.CompletedTask);
        return RunResult.Of($"paced push, {options.Rate:0.#}/s, {options.Clients} connections, batch {options.Batch}{(compaction is null ? "" : ", compacting")}{Scenarios.Behind(options.Preload)}", workers, took) with
        {
            HostMemory = await memory.StopAsync(),
            RateIsGiven = true,
            // How far the last answer lay behind the schedule: a backlog that grew shows here.
            Figures = new() { ["seconds behind at the end"] = Math.Max(0, took.TotalSeconds - total / options.Rate), ["compactions"] = compaction?.Runs ?? 0, ["rows removed"] = compaction?.Removed ?? 0 },
        };
    }
}
