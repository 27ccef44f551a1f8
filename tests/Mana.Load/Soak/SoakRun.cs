using System.Diagnostics;
using Npgsql;

namespace Mana.Load.Soak;

/// <summary>A moderate, mixed load for a long time, and what grows meanwhile: memory, connections, locks, the outbox.</summary>
internal static class SoakRun
{
    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        await using var postgres = options.Postgres is { } connection ? NpgsqlDataSource.Create(connection) : null;
        await using var csv = options.CsvFile is { } file ? new StreamWriter(file) { AutoFlush = true } : null;
        await (csv?.WriteLineAsync(SoakSample.Head) ?? Task.CompletedTask);
        var accounts = await Accounts.OpenAsync(options, options.Users);
        var people = accounts.Select((account, i) => new SoakPerson(options, account, i)).ToList();
        var tally = new SoakTally();
        using var stop = new CancellationTokenSource(options.SoakTime);
        var start = Stopwatch.GetTimestamp();
        var all = Task.WhenAll(
        [
            .. people.SelectMany(person => Enumerable.Range(0, options.Devices).Select(device => person.UseDeviceAsync(device, tally, stop.Token))),
            .. people.Select(person => person.RenewAsync(tally, stop.Token)),
            .. Enumerable.Range(0, options.Sockets).Select(i => SoakConnections.KeepSocketAsync(options, people[i % people.Count], i, tally, stop.Token)),
            .. Enumerable.Range(0, options.Streams).Select(i => SoakConnections.KeepStreamAsync(options, people[i % people.Count], i, tally, stop.Token)),
        ]);
        var samples = await WatchAsync(options, postgres, csv, tally, start, stop.Token);
        await all;
        return Result(options, tally, samples, Stopwatch.GetElapsedTime(start));
    }

    static async Task<List<SoakSample>> WatchAsync(LoadOptions options, NpgsqlDataSource? postgres, StreamWriter? csv, SoakTally tally, long start, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = new Uri(options.Url) };
        using var timer = new PeriodicTimer(options.SampleEvery);
        var samples = new List<SoakSample>();
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                if (await SampleAsync(http, postgres, Stopwatch.GetElapsedTime(start), tally) is not { } sample)
                    continue;
                samples.Add(sample);
                await (csv?.WriteLineAsync(sample.Line) ?? Task.CompletedTask);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }

        return samples;
    }

    /// <summary>A host that cannot be looked at has failed, but the run goes on: it may come back, and the table so far is worth having.</summary>
    static async Task<SoakSample?> SampleAsync(HttpClient http, NpgsqlDataSource? postgres, TimeSpan since, SoakTally tally)
    {
        try
        {
            return await SoakSample.TakeAsync(http, postgres, since, tally);
        }
        catch (Exception failure) when (failure is HttpRequestException or NpgsqlException or TaskCanceledException)
        {
            tally.Fail("sample: " + failure.Message);
            return null;
        }
    }

    static RunResult Result(LoadOptions options, SoakTally tally, List<SoakSample> samples, TimeSpan took)
    {
        if (samples.Count < 2)
            throw new LoadProblem("Too short: a soak needs at least two samples. Give more --minutes or a smaller --every.");
        var (first, last) = (samples[0], samples[^1]);
        var figures = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["resident MB/h"] = Trend.PerHour(samples, sample => sample.ResidentMb),
            ["resident MB first"] = first.ResidentMb,
            ["last"] = last.ResidentMb,
        };
        Pair("managed MB", sample => sample.ManagedMb);
        if (first.ManagedMb is not null)
            figures["managed MB/h"] = Trend.PerHour(samples, sample => sample.ManagedMb ?? 0);
        Pair("pg connections", sample => sample.Connections);
        Pair("pg locks", sample => sample.Locks);
        Pair("outbox pending", sample => sample.OutboxPending);
        (figures["reconnects"], figures["hints"], figures["streamed changes"]) = (tally.Reconnects, tally.Hints, tally.Streamed);
        var scenario = $"soak, {took.TotalMinutes:0.#} min, {options.Rate:0.#} operations/s, {options.Sockets} sockets, {options.Streams} streams";
        return RunResult.Of(scenario, tally.Workers, took) with
        {
            HostMemory = new MemoryUse(first.ResidentMb, samples.Max(sample => sample.ResidentMb), last.ResidentMb),
            RateIsGiven = true,
            Figures = figures,
        };

        void Pair(string name, Func<SoakSample, double?> value)
        {
            if (value(first) is { } before && value(last) is { } after)
                (figures[name + " first"], figures[name + " last"]) = (before, after);
        }
    }
}
