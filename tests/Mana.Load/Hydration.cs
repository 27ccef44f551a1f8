using System.Diagnostics;

namespace Mana.Load;

/// <summary>A new device of an account with a long past reads all of it, page by page (sync.md 14.5).</summary>
internal static class Hydration
{
    static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(200);
    static readonly Dictionary<(string, int, int), SyncConnection> Stored = [];

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        if (options.View is not ("log" or "state"))
            throw new LoadProblem("--view is log or state.");
        var connection = await PreloadedAsync(options);
        connection.Cursor = null;
        var worker = new Worker();
        using var memory = await HostMemory.WatchAsync(options.Url, SampleEvery);
        var start = Stopwatch.GetTimestamp();
        while (await connection.HydrateAsync(options.View, worker))
        {
            // Next page.
        }

        var took = Stopwatch.GetElapsedTime(start);
        var use = await memory.StopAsync();
        return RunResult.Of($"hydration of {options.Changes:n0} changes, {options.Edits} % edits, view {options.View}", [worker], took) with
        {
            HostMemory = use,
            Figures = new() { ["records or changes read"] = worker.Changes, ["host MB before"] = use.Before, ["peak"] = use.Peak, ["after"] = use.After },
        };
    }

    /// <summary>Storing a million changes takes minutes; every run and view reads the same account.</summary>
    static async Task<SyncConnection> PreloadedAsync(LoadOptions options)
    {
        if (Stored.TryGetValue((options.Url, options.Changes, options.Edits), out var known))
        {
            await known.Account.RefreshAsync();
            return known;
        }

        var opened = await SyncConnection.OpenAsync(options, 1);
        await Scenarios.StoreAsync(opened, options.Changes, options.Edits);
        return Stored[(options.Url, options.Changes, options.Edits)] = opened[0];
    }
}
