using System.Diagnostics.Metrics;
using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Firing;
using Mana.Kernel.Telemetry;

namespace Mana.Apps.Reminders;

/// <summary>compute.md 27.6. Labels are closed sets; none names a person or a record.</summary>
internal sealed class ReminderMetrics
{
    readonly Counter<long> _fired;
    readonly Histogram<double> _lag;
    readonly Counter<long> _deliveries;
    readonly Histogram<double> _delivered;
    readonly Counter<long> _abandoned;

    public ReminderMetrics(IMeterFactory meters)
    {
        var meter = meters.ForModule("Apps");
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3600] };
        _fired = meter.CreateCounter<long>("reminders_due_total", description: "Reminders that were due, by what became of them");
        _lag = meter.CreateHistogram("reminders_due_lag_seconds", "s", "From the time a reminder was due until it was claimed", tags: null, advice: seconds);
        _deliveries = meter.CreateCounter<long>("reminder_deliveries_total", description: "Attempts to deliver a reminder, by channel and outcome");
        _delivered = meter.CreateHistogram("reminder_delivery_lag_seconds", "s", "From the time a first attempt was due until the other side had taken it", tags: null, advice: seconds);
        _abandoned = meter.CreateCounter<long>("reminder_deliveries_abandoned_total", description: "Attempts whose result is not known; they are made again when the lease ends");
    }

    public void Fired(Verdict verdict, double lagSeconds)
    {
        _fired.Add(1, new KeyValuePair<string, object?>("outcome", verdict switch { Verdict.Fire => "fired", Verdict.Missed => "missed", Verdict.Moved => "moved", Verdict.Unreadable => "unreadable", _ => "cancelled" }));
        if (verdict == Verdict.Fire)
            _lag.Record(lagSeconds);
    }

    public void Delivered(LeasedDelivery delivery, Settlement settlement, DateTimeOffset now)
    {
        _deliveries.Add(1, new("channel", delivery.Channel), new("outcome", settlement.State == "pending" ? settlement.Counts ? "retried" : "deferred" : settlement.State));
        if (settlement.State == "sent" && delivery.Attempt == 1)
            _delivered.Record((now - delivery.DueAt).TotalSeconds);
    }

    public void Abandoned() => _abandoned.Add(1);
}
