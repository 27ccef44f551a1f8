using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Notifications.Queue;

/// <summary><c>mana_mail_queue_depth</c> and the age of the oldest mail in it: sampled, so that a scrape never asks the database.</summary>
internal sealed class QueueGauges
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    readonly DeliveryStore _store;
    readonly TimeProvider _time;
    long _sampledAt;
    long _waiting;
    DateTimeOffset? _oldest;

    public QueueGauges(IMeterFactory meters, DeliveryStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        var meter = meters.ForModule("Notifications");
        meter.CreateObservableGauge("mana_mail_queue_depth", () => _waiting, description: "Mails that wait to be sent, or are being sent");
        meter.CreateObservableGauge(
            "mana_mail_queue_oldest_seconds", () => _oldest is { } oldest ? (_time.GetUtcNow() - oldest).TotalSeconds : 0, "s", "How long the oldest of them has waited");
    }

    /// <summary>Whichever lane comes first after the interval asks for all of them.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        var (now, before) = (_time.GetUtcNow().UtcTicks, Interlocked.Read(ref _sampledAt));
        if (now - before < Interval.Ticks || Interlocked.CompareExchange(ref _sampledAt, now, before) != before)
            return;
        (_waiting, _oldest) = await _store.CountAsync(cancellationToken);
    }
}
