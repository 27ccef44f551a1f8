using System.Diagnostics;
using System.Text.Json;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Load.Recurrence;

/// <summary>
/// <c>../shared/rrule/workload.json</c> op by op, as its protocol says: warmed up, five rounds, the median. Every answer is compared with one that
/// python-dateutil gave (or, where that never returns, with what the shared vectors prove). Time is the processor time of this process, with all that
/// the garbage collector and the compiler take, so that other work on the machine does not count. Drives no host.
/// </summary>
internal static class RecurrenceWorkload
{
    const int Rounds = 5;

    public static Task<RunResult> RunAsync(LoadOptions options)
    {
        var file = Path.Combine(options.WorkloadFolder, "workload.json");
        if (!File.Exists(file))
            throw new LoadProblem($"{file} does not exist; --workload names its folder.");
        var ops = JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("ops").EnumerateArray().Select(op => new WorkloadOp(op)).ToList();
        var answers = Answers();
        var wrong = ops.Where(op => !IsRight(op, answers)).Select(op => op.Id).ToList();
        // The compiler is done before the first op counts.
        ops.ForEach(op => Repeat(op, options.RoundTime / 4));
        ops.ForEach(op => Repeat(op, options.RoundTime / 4));
        var started = Stopwatch.GetTimestamp();
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var group in ops.GroupBy(op => op.Group))
        {
            var logs = 0.0;
            foreach (var op in group)
            {
                var nanoseconds = Measure(op, options.RoundTime);
                logs += Math.Log(nanoseconds);
                Console.WriteLine($"  {op.Id}  {nanoseconds / 1000,10:n2} µs {1e9 / nanoseconds,12:n0} ops/s  {op.Rule[..Math.Min(op.Rule.Length, 90)]}");
            }

            figures[group.Key + " ops/s"] = 1e9 / Math.Exp(logs / group.Count());
        }

        figures["first after 2500 from 1900, µs"] = FarAway(options.RoundTime) / 1000;
        figures["bytes per instance"] = BytesPerInstance();
        var took = Stopwatch.GetElapsedTime(started);
        return Task.FromResult(new RunResult($"recurrence, {ops.Count} ops", ops.Count, ops.Count, wrong.Count, took.TotalSeconds, 0, 0, 0, 0)
        {
            Figures = figures,
            FirstFailure = wrong.Count > 0 ? "wrong answers: " + string.Join(' ', wrong) : null,
        });
    }

    /// <summary>The median of the rounds, in nanoseconds per op.</summary>
    static double Measure(WorkloadOp op, TimeSpan round)
    {
        Repeat(op, round);
        return Enumerable.Range(0, Rounds).Select(_ => Repeat(op, round)).Order().ElementAt(Rounds / 2);
    }

    static double Repeat(WorkloadOp op, TimeSpan time)
    {
        var started = Environment.CpuUsage.TotalTime;
        var count = 0L;
        do
        {
            for (var i = 0; i < 64; i++)
                op.Run();
            count += 64;
        }
        while (Environment.CpuUsage.TotalTime - started < time);
        return (Environment.CpuUsage.TotalTime - started).TotalNanoseconds / count;
    }

    /// <summary>The slowest of some rules that start in 1900 and are asked for their first instance after the year 2500.</summary>
    static double FarAway(TimeSpan round)
    {
        const string Op = """{"id":"F","group":"far","op":"next","rrule":"RULE","dtstart":"19000101T090000","after":"25010101T000000"}""";
        string[] rules =
        [
            "FREQ=SECONDLY", "FREQ=SECONDLY;INTERVAL=7;BYHOUR=9", "FREQ=MINUTELY;INTERVAL=13", "FREQ=HOURLY;INTERVAL=5;BYDAY=MO", "FREQ=DAILY;INTERVAL=17",
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR", "FREQ=MONTHLY;INTERVAL=7;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
            "FREQ=DAILY;COUNT=2000000", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=1000000",
        ];
        return rules.Max(rule => Far(rule, Measure(new WorkloadOp(JsonDocument.Parse(Op.Replace("RULE", rule, StringComparison.Ordinal)).RootElement), round / 4)));

        static double Far(string rule, double nanoseconds)
        {
            Console.WriteLine($"  far  {nanoseconds / 1000,10:n2} µs {rule}");
            return nanoseconds;
        }
    }

    static double BytesPerInstance()
    {
        const int Instances = 100_000;
        var rule = RecurrenceRule.Parse("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,17");
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];
        var before = 0L;
        var count = 0;
        foreach (var _ in rule.Expand(new LocalDateTime(2000, 1, 3, 9, 0), zone))
        {
            // The plan and the masks of all types of years are there after this.
            if (++count == Instances)
                before = GC.GetAllocatedBytesForCurrentThread();
            if (count == 2 * Instances)
                break;
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Instances;
    }

    static bool IsRight(WorkloadOp op, JsonElement answers) =>
        op.Kind == "parse" || (answers.TryGetProperty(op.Id, out var answer) && op.Answer() == (answer.GetProperty("count").GetInt32(), answer.GetProperty("sum").GetInt64()));

    static JsonElement Answers()
    {
        using var stream = typeof(RecurrenceWorkload).Assembly.GetManifestResourceStream("recurrence-answers.json")!;
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
