using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Apps.Calendar;

/// <summary>compute.md 27.6.</summary>
internal sealed class CalendarMetrics(IMeterFactory meters)
{
    readonly Counter<long> _imported = meters.ForModule("Apps").CreateCounter<long>("import_records_total", description: "Records of imported files and accounts");
    readonly Counter<long> _runs = meters.ForModule("Apps").CreateCounter<long>("calendar_sync_runs_total", description: "Synchronisations of calendars outside");

    public void Imported(string format, string outcome, int count) => _imported.Add(count, new("format", format), new("outcome", outcome));

    public void Run(string provider, string outcome) => _runs.Add(1, new("provider", provider), new("outcome", outcome));
}
