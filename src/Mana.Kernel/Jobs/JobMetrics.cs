using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Mana.Kernel.Jobs;

/// <summary>
/// Meter <c>Mana.Jobs</c>. Each host reports the runs that happened on it; the last success is read from the store at start, so that it
/// outlives a restart. Over a cluster take the maximum.
/// </summary>
internal sealed class JobMetrics
{
    public const string MeterName = "Mana.Jobs";

    public const string Success = "success";
    public const string Failure = "failure";
    public const string Cancelled = "cancelled";
    public const string Unknown = "unknown";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastSuccess = new(StringComparer.Ordinal);
    private readonly Counter<long> _runs;
    private readonly Histogram<double> _duration;

    public JobMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _runs = meter.CreateCounter<long>("mana_jobs_runs_total", description: "Runs of scheduled jobs on this host, by how they ended.");
        _duration = meter.CreateHistogram(
            "mana_job_duration_seconds", unit: "s", description: "How long a run took.", tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800] });
        meter.CreateObservableGauge(
            "mana_job_last_success_timestamp_seconds", ObserveLastSuccess, unit: "s", description: "When the job last succeeded, in Unix time.");
    }

    public void Ran(string job, string result, TimeSpan duration)
    {
        _runs.Add(1, new KeyValuePair<string, object?>("job", job), new KeyValuePair<string, object?>("result", result));
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("job", job));
    }

    public void Succeeded(string job, DateTimeOffset at) =>
        _lastSuccess.AddOrUpdate(job, at, (_, known) => known > at ? known : at);

    private IEnumerable<Measurement<double>> ObserveLastSuccess() =>
        _lastSuccess.Select(entry =>
            new Measurement<double>(entry.Value.ToUnixTimeMilliseconds() / 1000d, new KeyValuePair<string, object?>("job", entry.Key)));
}
