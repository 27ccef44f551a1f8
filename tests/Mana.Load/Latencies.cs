using System.Text.Json.Serialization;

namespace Mana.Load;

/// <summary>Result of one run. Latencies are milliseconds of whole requests, as the client sees them.</summary>
internal sealed record RunResult(string Scenario, int Requests, long Changes, int Errors, double Seconds, double P50, double P95, double P99, double Max)
{
    public double ChangesPerSecond => Changes / Seconds;

    public double RequestsPerSecond => Requests / Seconds;

    /// <summary>Whichever of the two the scenario is about.</summary>
    [JsonIgnore]
    public double Throughput => CountsRequests ? RequestsPerSecond : ChangesPerSecond;

    [JsonIgnore]
    public bool CountsRequests => Requests > Changes;

    public MemoryUse HostMemory { get; init; }

    /// <summary>What else the scenario measured, by name; printed below its row.</summary>
    public Dictionary<string, double> Figures { get; init; } = [];

    /// <summary>Where a run asks many endpoints.</summary>
    public IReadOnlyList<EndpointResult> Endpoints { get; init; } = [];

    /// <summary>Where a run looks at itself over time.</summary>
    public IReadOnlyList<TimelinePoint> Timeline { get; init; } = [];

    /// <summary>Broken promises that are no failed requests, such as lost deliveries. They fail the run like an error.</summary>
    public long Broken { get; init; }

    /// <summary>The rate was given, so the median run is the one with the median latency.</summary>
    public bool RateIsGiven { get; init; }

    /// <summary>The first thing that went wrong, in words.</summary>
    public string? FirstFailure { get; init; }

    public static RunResult Of(string scenario, IEnumerable<Worker> workers, TimeSpan took)
    {
        var all = workers.ToList();
        var latencies = all.SelectMany(worker => worker.Latencies).Order().ToArray();
        return new RunResult(
            scenario, latencies.Length, all.Sum(worker => worker.Changes), all.Sum(worker => worker.Errors), took.TotalSeconds,
            At(latencies, 0.50), At(latencies, 0.95), At(latencies, 0.99), latencies.Length == 0 ? 0 : latencies[^1])
        {
            FirstFailure = all.Find(worker => worker.FirstFailure is not null)?.FirstFailure,
        };
    }

    public static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}

/// <summary>What one connection of a run has done.</summary>
internal sealed class Worker
{
    public List<double> Latencies { get; } = [];

    public long Changes { get; set; }

    public int Errors { get; private set; }

    public string? FirstFailure { get; private set; }

    public void Fail(string what)
    {
        Errors++;
        FirstFailure ??= what;
    }
}
