using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Apps.Recurrence;

/// <summary>compute.md 27.6.</summary>
internal sealed class RecurrenceMetrics(IMeterFactory meters)
{
    readonly Counter<long> _requests = meters.ForModule("Apps").CreateCounter<long>("rrule_requests_total", description: "Requests about recurrence rules");

    public void Request(string endpoint, string outcome) => _requests.Add(1, new("endpoint", endpoint), new("outcome", outcome));
}
