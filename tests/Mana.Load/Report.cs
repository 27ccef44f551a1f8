namespace Mana.Load;

/// <summary>Prints a line per run and the median, and appends all of it to a JSON file on request.</summary>
internal sealed class Report(LoadOptions options)
{
    static bool _headed;
    readonly List<RunResult> _runs = [];

    /// <summary>Failed requests and broken promises so far.</summary>
    public long Errors => _runs.Sum(run => run.Errors + run.Broken);

    public void Add(RunResult run)
    {
        _runs.Add(run);
        Print(run, "");
    }

    /// <summary>The median run.</summary>
    public async Task<RunResult> FinishAsync()
    {
        var median = _runs.OrderBy(Rank).ElementAt(_runs.Count / 2);
        if (_runs.Count > 1)
            Print(median, "median: ");
        if (options.JsonFile is { } file)
            await new StoredResult(DateTimeOffset.UtcNow, options.Scenario, options.Told, median, _runs).AppendAsync(file);
        return median;
    }

    static double Rank(RunResult run) => run.RateIsGiven ? run.P99 : run.Throughput;

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
        if (run.Endpoints.Count > 0)
            PrintEndpoints(run.Endpoints);
        if (run.Timeline.Count > 0)
            PrintHours(run.Timeline);
    }

    static void PrintEndpoints(IReadOnlyList<EndpointResult> endpoints)
    {
        Console.WriteLine();
        Console.WriteLine($"    {"endpoint",-44} {"count",9} {"errors",6} {"p50 ms",8} {"p95 ms",8} {"p99 ms",8} {"max ms",8}");
        foreach (var one in endpoints)
            Console.WriteLine($"    {one.Endpoint,-44} {one.Requests,9:n0} {one.Errors,6} {one.P50,8:n1} {one.P95,8:n1} {one.P99,8:n1} {one.Max,8:n1}");
    }

    /// <summary>At most a line for each hour of the simulated day.</summary>
    static void PrintHours(IReadOnlyList<TimelinePoint> timeline)
    {
        Console.WriteLine();
        Console.WriteLine($"    {"hour",5} {"minute",6} {"requests/s",10} {"curve",6} {"highest p99 ms",14} {"errors",6} {"CPU %",6} {"host MB",8} {"open",6}");
        foreach (var hour in timeline.GroupBy(point => (int)point.Hour))
            Console.WriteLine($"    {hour.Key,2}:00 {hour.First().Minute,6:n1} {hour.Average(point => point.RequestsPerSecond),10:n0} {hour.Average(point => point.Planned),6:n0} {hour.Max(point => point.P99),14:n1} "
                + $"{hour.Sum(point => point.Errors),6} {hour.Average(point => point.CpuPercent),6:n0} {hour.Max(point => point.MemoryMb),8:n0} {hour.Max(point => point.Live),6:n0}");
        Console.WriteLine();
    }
}
