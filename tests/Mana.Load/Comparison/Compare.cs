using System.Globalization;

namespace Mana.Load.Comparison;

/// <summary>Two files of results side by side. Results of the same name are one, with all their runs.</summary>
internal static class Compare
{
    /// <summary>Fewer requests have no 99th percentile worth comparing.</summary>
    const int EnoughRequests = 200;

    /// <summary>0; 1 when <c>--fail-above</c> was given and B is worse by more than that, beyond noise, or has errors that A had not.</summary>
    public static int Run(string fileA, string fileB, string[] options)
    {
        double? limit = options switch
        {
            [] => null,
            ["--fail-above", var percent] when double.TryParse(percent, CultureInfo.InvariantCulture, out var given) => given,
            _ => throw new LoadProblem("compare A.json B.json [--fail-above PERCENT]"),
        };
        var (before, after) = (Read(fileA), Read(fileB));
        var failed = false;
        foreach (var (name, left) in before)
            if (after.TryGetValue(name, out var right))
                failed |= Print(name, left, right, limit);
            else
                Console.WriteLine($"{name}\n    only in A\n");
        foreach (var name in after.Keys.Where(name => !before.ContainsKey(name)))
            Console.WriteLine($"{name}\n    only in B\n");
        if (!before.Keys.Any(after.ContainsKey))
            throw new LoadProblem("The two files have no result in common.");
        Console.WriteLine($"Marked is what is more than noise: with {Judgement.EnoughRuns} runs or more on both sides ranges that do not touch, otherwise more than {Judgement.FixedNoise * 100:0} %; never less than 1 ms or 10 MB.");
        if (failed)
            Console.WriteLine($"B is worse by more than {limit} %.");
        return failed ? 1 : 0;
    }

    static Dictionary<string, List<RunResult>> Read(string file) => StoredResult.ReadAll(file)
        .GroupBy(stored => stored.Median.Scenario, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.SelectMany(stored => stored.Runs).ToList(), StringComparer.Ordinal);

    /// <summary>True when that is too much worse.</summary>
    static bool Print(string name, List<RunResult> before, List<RunResult> after, double? limit)
    {
        Console.WriteLine($"{name}: {before.Count} and {after.Count} run(s)");
        Console.WriteLine($"    {"",-44} {"A",11} {"B",11} {"change",9}");
        var judged = Measure.All(before[0].CountsRequests).Select(measure => Judgement.Of(measure, before, after)).Where(one => one.Before != 0 || one.After != 0).ToList();
        judged.ForEach(one => Line(one.Measure.Name, one));
        var (errorsBefore, errorsAfter) = (Errors(before), Errors(after));
        var more = errorsAfter > errorsBefore;
        Console.WriteLine($"    {"errors and broken promises",-44} {errorsBefore,11:#,0} {errorsAfter,11:#,0} {"",9}  {(more ? "worse" : "")}".TrimEnd());
        foreach (var endpoint in before[0].Endpoints.Where(one => one.Requests >= EnoughRequests && after[0].Endpoints.Any(other => other.Endpoint == one.Endpoint && other.Requests >= EnoughRequests)))
        {
            Line(endpoint.Endpoint + " p50", Judgement.Of(Measure.OfEndpoint(endpoint.Endpoint, "p50", one => one.P50), before, after));
            Line(endpoint.Endpoint + " p99", Judgement.Of(Measure.OfEndpoint(endpoint.Endpoint, "p99", one => one.P99), before, after));
        }

        Console.WriteLine();
        return limit is { } most && (more || judged.Exists(one => one.Outcome == Outcome.Worse && one.Loss > most));
    }

    static long Errors(List<RunResult> runs) => runs.Sum(run => run.Errors + run.Broken);

    static void Line(string name, Judgement one)
    {
        var mark = one.Outcome switch
        {
            Outcome.Noise => "",
            Outcome.Better => "better",
            Outcome.Worse => "worse",
        };
        Console.WriteLine($"    {name,-44} {one.Before,11:#,0.0} {one.After,11:#,0.0} {(one.Change is { } change ? $"{change:+0.0;-0.0;0.0} %" : "–"),9}  {mark,-6} {one.Why}".TrimEnd());
    }
}
