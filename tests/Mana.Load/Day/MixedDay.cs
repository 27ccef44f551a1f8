using System.Diagnostics;
using Mana.Load.Delivery;
using Mana.Load.Live;

namespace Mana.Load.Day;

/// <summary>
/// A day of <c>--users</c> people in <c>--minutes</c> (<see cref="DayHabits"/> says what was compressed). In the end every change that was acknowledged is looked for on the person's
/// other device. Errors are whatever was not answered as it should be, anywhere.
/// </summary>
internal static class MixedDay
{
    const int AtOnce = 4;
    const int Attempts = 5;
    const int DrainAtOnce = 8;
    const int Ideas = 20;

    /// <summary>Two for requests and one that is held, at most.</summary>
    const int FilesPerDevice = 3;

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        OpenFiles.Check(options, options.Users * DayHabits.Devices.Length * FilesPerDevice);
        var people = await OpenAsync(options);
        try
        {
            using var events = new DayEvents(options, people);
            await events.PrepareAsync();
            if (events.LeftOut.ToList() is { Count: > 0 } leftOut)
                Console.WriteLine("left out: " + string.Join(", ", leftOut));
            var ideas = await Task.WhenAll(people.Take(Ideas).Select(person => DayActions.SubmitAsync(person.Account)));
            return await LiveAsync(options, people, events, ideas);
        }
        finally
        {
            people.ForEach(person => person.Dispose());
        }
    }

    static async Task<List<DayPerson>> OpenAsync(LoadOptions options)
    {
        Console.WriteLine($"{options.Users:n0} people register and sign in with {DayHabits.Devices.Length} devices each …");
        var people = new DayPerson[options.Users];
        await Parallel.ForEachAsync(Enumerable.Range(0, options.Users), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) => people[number] = await OpenAsync(options, number));
        return [.. people];
    }

    /// <summary>A host on a busy machine may refuse to hash one more password; the day has not begun yet.</summary>
    static async Task<DayPerson> OpenAsync(LoadOptions options, int number)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return await DayPerson.OpenAsync(options, number);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt));
            }
    }

    static async Task<RunResult> LiveAsync(LoadOptions options, List<DayPerson> people, DayEvents events, IReadOnlyList<string> ideas)
    {
        var plan = events.Plan();
        using var self = Process.GetCurrentProcess();
        var ownBefore = self.TotalProcessorTime;
        var clock = new DayClock(options.DayTime);
        var tally = new DayTally(clock);
        var actions = new DayActions(tally, ideas);
        var watching = DayWatch.RunAsync(options, clock, tally, DayTimeline.Pieces(clock.Length));
        var devices = people.SelectMany(person => person.Devices).ToList();
        await Task.WhenAll([events.RunAsync(plan, clock, tally), .. devices.Select(device => device.LiveAsync(clock, tally, actions))]);
        var took = TimeSpan.FromSeconds(Math.Max(clock.Seconds, clock.Length.TotalSeconds));
        var looks = await watching;
        self.Refresh();
        var own = (self.TotalProcessorTime - ownBefore).TotalSeconds;
        var timeline = DayTimeline.Of(clock, tally, looks, plan.Count + devices.Sum(device => device.Planned));

        var drained = new Worker[devices.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, devices.Count), new ParallelOptions { MaxDegreeOfParallelism = DrainAtOnce }, async (i, _) => await devices[i].DrainAsync(drained[i] = new Worker()));
        var verdict = new Verdict();
        foreach (var apps in people.SelectMany(person => person.ByApp()))
            verdict.Add(apps);
        var result = Result(options, tally, looks, timeline, took, drained, verdict, devices);
        result.Figures["this program's CPU s"] = own;
        return result;
    }

    static RunResult Result(
        LoadOptions options, DayTally tally, List<DayLook> looks, List<TimelinePoint> timeline, TimeSpan took, Worker[] drained, Verdict verdict, List<DayDevice> devices)
    {
        var (late, memory) = (tally.Late, looks.ConvertAll(look => look.MemoryMb));
        var sorted = tally.Samples.Where(sample => sample.IsRequest).Select(sample => sample.Milliseconds).Order().ToArray();
        var cpu = looks.Count > 1 ? looks[^1].CpuSeconds - looks[0].CpuSeconds : 0;
        var acknowledged = devices.SelectMany(device => device.Syncs.Values).Sum(sync => sync.Acknowledged.Count);
        return new RunResult(
            $"mixed-day of {options.Users:n0} people in {options.DayTime.TotalMinutes:0.##} min", sorted.Length, acknowledged, tally.Errors + drained.Sum(worker => worker.Errors), took.TotalSeconds,
            RunResult.At(sorted, 0.50), RunResult.At(sorted, 0.95), RunResult.At(sorted, 0.99), sorted.Length == 0 ? 0 : sorted[^1])
        {
            Endpoints = tally.Results(),
            Timeline = timeline,
            RateIsGiven = true,
            Broken = verdict.Lost + verdict.Diverged,
            FirstFailure = tally.FirstFailure ?? Array.Find(drained, worker => worker.FirstFailure is not null)?.FirstFailure ?? verdict.Example,
            HostMemory = memory.Count == 0 ? default : new MemoryUse(memory[0], memory.Max(), memory[^1]),
            Figures = new()
            {
                ["host CPU s"] = cpu,
                ["host CPU % of a processor"] = looks.Count > 1 ? cpu / (looks[^1].At - looks[0].At) * 100 : 0,
                ["at its busiest"] = timeline.Max(point => point.CpuPercent) ?? 0,
                ["host MB mean"] = memory.DefaultIfEmpty().Average(),
                ["max"] = memory.DefaultIfEmpty().Max(),
                ["requests/s at the peak"] = timeline.Max(point => point.RequestsPerSecond),
                ["connections at the peak"] = timeline.Max(point => point.Live),
                ["changes acknowledged"] = acknowledged,
                ["deliveries checked"] = verdict.Checked,
                ["lost"] = verdict.Lost,
                ["diverged fields"] = verdict.Diverged,
                ["superseded before delivery"] = verdict.Superseded,
                ["pushes not heard of within 5 s"] = devices.Sum(device => device.HintsMissed),
                ["seconds behind at the end"] = Math.Max(0, took.TotalSeconds - options.DayTime.TotalSeconds),
                ["begun late p99 ms"] = RunResult.At(late, 0.99),
            },
        };
    }
}
