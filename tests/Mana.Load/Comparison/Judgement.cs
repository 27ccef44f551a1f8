namespace Mana.Load.Comparison;

/// <summary>What became of a number.</summary>
internal enum Outcome
{
    Noise,
    Better,
    Worse,
}

/// <summary>A number that two results are compared by.</summary>
/// <param name="Floor">A difference of less is noise, whatever its share.</param>
internal sealed record Measure(string Name, Func<RunResult, double> Of, bool MoreIsBetter, double Floor)
{
    const double LatencyFloor = 1;
    const double MemoryFloor = 10;

    public static IReadOnlyList<Measure> All(bool countsRequests) =>
    [
        new(countsRequests ? "requests/s" : "changes/s", run => countsRequests ? run.RequestsPerSecond : run.ChangesPerSecond, true, 0),
        new("p50 ms", run => run.P50, false, LatencyFloor),
        new("p95 ms", run => run.P95, false, LatencyFloor),
        new("p99 ms", run => run.P99, false, LatencyFloor),
        new("host MB", run => run.HostMemory.Peak, false, MemoryFloor),
    ];

    /// <summary>Of one endpoint; null when a run did not ask it.</summary>
    public static Measure OfEndpoint(string endpoint, string name, Func<EndpointResult, double> of) =>
        new(name, run => run.Endpoints.FirstOrDefault(one => one.Endpoint == endpoint) is { } found ? of(found) : 0, false, LatencyFloor);
}

/// <summary>
/// Two medians. When both sides have three runs or more, their own spread is the noise: a difference counts when the ranges do not touch. With fewer runs it is a tenth.
/// </summary>
internal sealed record Judgement(Measure Measure, double Before, double After, Outcome Outcome, string Why)
{
    public const int EnoughRuns = 3;
    public const double FixedNoise = 0.10;

    /// <summary>Percent; positive when there is more of it. Null when there was nothing before.</summary>
    public double? Change => Before == 0 ? null : (After - Before) / Before * 100;

    /// <summary>Percent, positive when it is worse.</summary>
    public double Loss => Change is { } change ? Measure.MoreIsBetter ? -change : change : 0;

    public static Judgement Of(Measure measure, IReadOnlyList<RunResult> before, IReadOnlyList<RunResult> after)
    {
        var (left, right) = (Values(measure, before), Values(measure, after));
        var (from, to) = (left[left.Length / 2], right[right.Length / 2]);
        var hasSpread = left.Length >= EnoughRuns && right.Length >= EnoughRuns;
        var differs = hasSpread ? left[^1] < right[0] || right[^1] < left[0] : Math.Abs(to - from) > Math.Abs(from) * FixedNoise;
        var why = hasSpread ? $"{left[0]:#,0.#}–{left[^1]:#,0.#} against {right[0]:#,0.#}–{right[^1]:#,0.#}" : "";
        return new Judgement(measure, from, to, !differs || Math.Abs(to - from) <= measure.Floor ? Outcome.Noise : to > from == measure.MoreIsBetter ? Outcome.Better : Outcome.Worse, why);
    }

    static double[] Values(Measure measure, IReadOnlyList<RunResult> runs) => [.. runs.Select(measure.Of).Order()];
}
