using System.Text.Json;

namespace Mana.Load;

/// <summary>Prints a line per run and the median, and appends all of it to a JSON file on request.</summary>
internal sealed class Report(LoadOptions options)
{
    static bool _headed;
    readonly List<RunResult> _runs = [];

    public void Add(RunResult run)
    {
        _runs.Add(run);
        Print(run, "");
    }

    /// <summary>Returns the number of failed requests and broken promises.</summary>
    public async Task<long> FinishAsync()
    {
        var median = _runs.OrderBy(Rank).ElementAt(_runs.Count / 2);
        if (_runs.Count > 1)
            Print(median, "median: ");
        if (options.JsonFile is { } file)
            await File.AppendAllTextAsync(file, JsonSerializer.Serialize(new { at = DateTimeOffset.UtcNow, options.Scenario, options.Values, median, runs = _runs }) + "\n");
        return _runs.Sum(run => run.Errors + run.Broken);
    }

    static double Rank(RunResult run) => run.RateIsGiven ? run.P99 : run.Requests > run.Changes ? run.RequestsPerSecond : run.ChangesPerSecond;

    static void Print(RunResult run, string label)
    {
        if (!_headed)
            Console.WriteLine($"{"scenario",-74} {"changes/s",10} {"requests/s",10} {"p50 ms",8} {"p95 ms",8} {"p99 ms",8} {"errors",6} {"host MB",11}");
        _headed = true;
        Console.WriteLine(
            $"{label + run.Scenario,-74} {run.ChangesPerSecond,10:n0} {run.RequestsPerSecond,10:n0} {run.P50,8:n1} {run.P95,8:n1} {run.P99,8:n1} {run.Errors,6} {run.HostMemory.Before,5:n0}-{run.HostMemory.Peak,-5:n0}");
        if (run.Figures.Count > 0)
            Console.WriteLine("    " + string.Join(" · ", run.Figures.Select(figure => $"{figure.Key}: {figure.Value:#,0.###}")));
        if (run.FirstFailure is { } failure)
            Console.WriteLine("    first failure: " + failure);
    }
}
