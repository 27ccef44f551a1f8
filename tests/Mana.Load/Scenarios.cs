using System.Diagnostics;
using Mana.Load.Board;
using Mana.Load.Apps;
using Mana.Load.Compaction;
using Mana.Load.Day;
using Mana.Load.Delivery;
using Mana.Load.Identity;
using Mana.Load.Live;
using Mana.Load.Money;
using Mana.Load.Recurrence;
using Mana.Load.Reminders;
using Mana.Load.Soak;

namespace Mana.Load;

/// <summary>The scenarios behind every number of the README.</summary>
internal static class Scenarios
{
    const int PreloadBatch = 500;

    public static Func<LoadOptions, Task<RunResult>>? Named(string name) => name switch
    {
        "push" => PushAsync,
        "pull" => PullAsync,
        "empty" => EmptyAsync,
        "mixed" => MixedAsync,
        "paced" => PacedPush.RunAsync,
        "storage" => StorageGrowth.RunAsync,
        "hydrate" => Hydration.RunAsync,
        "sockets" => IdleSockets.RunAsync,
        "hint" => HintLatency.RunAsync,
        "devices" => DeviceFleet.RunAsync,
        "race" => WriterRace.RunAsync,
        "survive" => Survivors.RunAsync,
        "soak" => SoakRun.RunAsync,
        "mixed-day" => MixedDay.RunAsync,
        "refresh" => IdentityLoops.RefreshAsync,
        "noop" => IdentityLoops.NoopAsync,
        "login" => IdentityLoops.LoginAsync,
        "storm" => LoginStorm.RunAsync,
        "debit" => LedgerLoad.DebitAsync,
        "balance" => LedgerLoad.BalanceAsync,
        "postings" => PostingLoad.RunAsync,
        "webhooks" => WebhookLoad.RunAsync,
        "feed" => BoardLoad.FeedAsync,
        "react" => BoardLoad.ReactAsync,
        "oidc" => OidcLoops.RunAsync,
        "reminders" => ReminderLoad.RunAsync,
        "start" => HostStart.RunAsync,
        "recurrence" => RecurrenceWorkload.RunAsync,
        "rules" => RecurrenceSweeps.RulesAsync,
        "rule-texts" => RecurrenceSweeps.TextsAsync,
        "rules-quartz" => RecurrenceSweeps.QuartzAsync,
        "expand" => CalendarLoad.ExpandAsync,
        "ics-import" => CalendarLoad.ImportAsync,
        "ics-fuzz" => CalendarLoad.FuzzAsync,
        _ => null,
    };

    static async Task<RunResult> PushAsync(LoadOptions options)
    {
        var connections = await SyncConnection.OpenAsync(options, options.Clients);
        await StoreAsync(connections, options.Preload, options.Edits);
        await Task.WhenAll(connections.Select(connection => connection.PushAsync(options.Batch, null)));
        return await LoopAsync($"push, {options.Clients} connections, batch {options.Batch}{Behind(options.Preload)}", options, connections,
            (connection, worker, _) => connection.PushAsync(options.Batch, worker));
    }

    static async Task<RunResult> PullAsync(LoadOptions options)
    {
        var writers = await SyncConnection.OpenAsync(options, options.Readers);
        await StoreAsync(writers, options.Changes * options.Readers, options.Edits);
        writers.ForEach(writer => writer.SyncedUntil = "1970-01-01T00:00:00.000Z");
        var workers = writers.ConvertAll(_ => new Worker());
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(writers.Zip(workers, async (reader, worker) =>
        {
            while (await reader.PullAsync(null, worker))
            {
                // Next page.
            }
        }));
        var took = Stopwatch.GetElapsedTime(start);
        return RunResult.Of($"cold pull of {options.Changes:n0} changes, {options.Readers} reader(s)", workers, took) with { HostMemory = await memory.StopAsync() };
    }

    static async Task<RunResult> EmptyAsync(LoadOptions options)
    {
        var connections = await SyncConnection.OpenAsync(options, options.Clients);
        await StoreAsync(connections, options.Changes, options.Edits);
        return await LoopAsync($"empty pull at {options.Changes:n0} rows, {options.Clients} connections", options, connections,
            (connection, worker, _) => connection.PullAsync("other-device", worker));
    }

    /// <summary>60 % pushes of 1–10 changes, 40 % pulls of what the own account has new, as the original's load scripts mixed them.</summary>
    static async Task<RunResult> MixedAsync(LoadOptions options)
    {
        var connections = await SyncConnection.OpenAsync(options, options.Clients);
        return await LoopAsync($"mixed, {options.Clients} connections", options, connections, async (connection, worker, turn) =>
        {
            if (turn % 5 < 3)
                await connection.PushAsync(1 + (turn % 10), worker);
            else
                await connection.PullAsync("other-device", worker);
        });
    }

    static async Task<RunResult> LoopAsync(string name, LoadOptions options, List<SyncConnection> connections, Func<SyncConnection, Worker, int, Task> turn)
    {
        var workers = connections.ConvertAll(_ => new Worker());
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(connections.Zip(workers, async (connection, worker) =>
        {
            for (var i = 0; Stopwatch.GetElapsedTime(start) < options.Duration; i++)
                await turn(connection, worker, i);
        }));
        return RunResult.Of(name, workers, Stopwatch.GetElapsedTime(start)) with { HostMemory = await memory.StopAsync() };
    }

    public static async Task StoreAsync(List<SyncConnection> connections, int changes, int edits)
    {
        var perConnection = changes / connections.Count;
        await Task.WhenAll(connections.Select(async connection =>
        {
            for (var left = perConnection; left > 0; left -= PreloadBatch)
                await connection.PushAsync(Math.Min(left, PreloadBatch), null, edits: edits);
        }));
    }

    public static string Behind(int preload) => preload == 0 ? "" : $", {preload:n0} rows stored before";
}
