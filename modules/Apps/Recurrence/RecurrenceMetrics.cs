using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Apps.Recurrence;

/// <summary>compute.md 27.6.</summary>
internal sealed class RecurrenceMetrics(IMeterFactory meters)
{
    readonly Counter<long> _requests = meters.ForModule("Apps").CreateCounter<long>("rrule_requests_total", description: "Requests about recurrence rules");

    readonly Histogram<long> _units = meters.ForModule("Apps").CreateHistogram<long>("rrule_work_units", description: "Periods and candidates that one answer visited", advice: new() { HistogramBucketBoundaries = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 2_000_000] });

    public void Worked(long units) => _units.Record(units);

    public void Request(string endpoint, string outcome) => _requests.Add(1, new("endpoint", endpoint), new("outcome", outcome));
}
