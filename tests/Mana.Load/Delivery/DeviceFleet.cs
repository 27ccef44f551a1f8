using System.Diagnostics;

namespace Mana.Load.Delivery;

/// <summary>
/// Many people with several devices each, all of them writing and reading at once: 60 % pushes of 1–10 changes, half of them edits of
/// whoever's records, 40 % pulls. Then everybody reads to the end, and every acknowledged change is looked for on every other device.
/// </summary>
internal static class DeviceFleet
{
    const int Edits = 50;

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var accounts = await Accounts.OpenAsync(options, options.Users);
        var people = accounts.Select((account, person) => Enumerable.Range(0, options.Devices)
            .Select(device => SyncDevice.Of(options, account, $"p{person}d{device}", (person * 100) + device, remembers: true)).ToList()).ToList();
        var devices = people.SelectMany(owned => owned).ToList();
        var (pushes, pulls) = (devices.ConvertAll(_ => new Worker()), devices.ConvertAll(_ => new Worker()));
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(devices.Select(async (device, i) =>
        {
            for (var turn = i; Stopwatch.GetElapsedTime(start) < options.Duration; turn++)
                if (turn % 5 < 3)
                    await device.PushAsync(1 + (turn % 10), Edits, pushes[i]);
                else
                    await device.PullAsync(pulls[i]);
        }));
        var took = Stopwatch.GetElapsedTime(start);
        var use = await memory.StopAsync();
        var pulled = RunResult.Of("", pulls, took);
        var pushed = RunResult.Of($"{options.Users} people with {options.Devices} devices each (latency of pushes)", pushes, took);

        var draining = new Worker();
        foreach (var device in devices)
            await device.DrainAsync(draining);
        var verdict = new Verdict();
        people.ForEach(verdict.Add);
        devices.ForEach(device => device.Dispose());
        return pushed with
        {
            Requests = pushed.Requests + pulled.Requests,
            Changes = devices.Sum(device => device.Acknowledged.Count),
            Errors = pushed.Errors + pulled.Errors + draining.Errors,
            Broken = verdict.Lost + verdict.Diverged,
            FirstFailure = pushed.FirstFailure ?? pulled.FirstFailure ?? draining.FirstFailure ?? verdict.Example,
            HostMemory = use,
            Figures = new()
            {
                ["lost deliveries"] = verdict.Lost,
                ["diverged fields"] = verdict.Diverged,
                ["deliveries checked"] = verdict.Checked,
                ["superseded before delivery"] = verdict.Superseded,
                ["delivered twice"] = verdict.Twice,
                ["pull p99 ms"] = pulled.P99,
            },
        };
    }
}
