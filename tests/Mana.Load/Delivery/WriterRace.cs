using System.Diagnostics;

namespace Mana.Load.Delivery;

/// <summary>
/// Several devices of one person write as fast as they can while others of theirs read on and on by <c>since</c>. A cursor that runs ahead
/// of a commit loses changes here (sync.md 14.2). Only new records, so that every one of them must arrive.
/// </summary>
internal static class WriterRace
{
    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var account = (await Accounts.OpenAsync(options, 1))[0];
        var writers = Enumerable.Range(0, options.Writers).Select(i => SyncDevice.Of(options, account, $"writer{i}", i, remembers: true)).ToList();
        var readers = Enumerable.Range(0, options.Readers).Select(i => SyncDevice.Of(options, account, $"reader{i}", 1000 + i, remembers: true)).ToList();
        var (pushes, pulls) = (writers.ConvertAll(_ => new Worker()), readers.ConvertAll(_ => new Worker()));
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        var writing = Task.WhenAll(writers.Zip(pushes, async (writer, worker) =>
        {
            for (var turn = 0; Stopwatch.GetElapsedTime(start) < options.Duration; turn++)
                await writer.PushAsync(1 + (turn % 5), edits: 0, worker);
        }));
        await Task.WhenAll(readers.Zip(pulls, async (reader, worker) =>
        {
            while (!writing.IsCompleted)
                await reader.PullSinceAsync(worker);
        }));
        await writing;
        var took = Stopwatch.GetElapsedTime(start);
        foreach (var (reader, worker) in readers.Zip(pulls))
            while (await reader.PullSinceAsync(worker))
            {
                // The final drain.
            }

        var written = writers.SelectMany(writer => writer.Acknowledged).ToList();
        var lost = readers.Sum(reader => written.Count(change => !reader.Replicas.First().Replica.Has(change.EventId)));
        writers.Concat(readers).ToList().ForEach(device => device.Dispose());
        var (pushed, pulled) = (RunResult.Of($"{options.Writers} writers against {options.Readers} reader(s) with `since` (latency of pushes)", pushes, took), RunResult.Of("", pulls, took));
        return pushed with
        {
            Changes = written.Count,
            Errors = pushed.Errors + pulled.Errors,
            Broken = lost,
            FirstFailure = pushed.FirstFailure ?? pulled.FirstFailure,
            HostMemory = await memory.StopAsync(),
            Figures = new()
            {
                ["lost changes"] = lost,
                ["written"] = written.Count,
                ["pulls"] = pulled.Requests,
                ["delivered twice"] = readers.Sum(reader => reader.Replicas.First().Replica.Twice),
            },
        };
    }
}
