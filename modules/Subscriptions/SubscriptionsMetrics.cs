using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Subscriptions;

/// <summary>Meter <c>Mana.Subscriptions</c> (commerce.md 13.1).</summary>
internal sealed class SubscriptionsMetrics
{
    readonly Counter<long> _granted;
    readonly Counter<long> _second;

    public SubscriptionsMetrics(IMeterFactory meters)
    {
        var meter = meters.ForModule("Subscriptions");
        _granted = meter.CreateCounter<long>("plan_credits_granted_total", description: "Credits that plans gave");
        _second = meter.CreateCounter<long>("second_subscriptions_total", description: "Looks at a second live subscription of one person: charged, not stored, somebody must give the money back");
        meter.CreateObservableGauge("subscriptions", () => Counts.Select(count => new Measurement<long>(count.Count, new("plan", count.Plan), new("interval", count.Interval), new("status", count.Status))),
            description: "Subscriptions by plan, interval and status");
    }

    /// <summary>Sampled by a job: a scrape never asks the database.</summary>
    public IReadOnlyList<(string Plan, string Interval, string Status, long Count)> Counts { get; set; } = [];

    public void Second() => _second.Add(1);

    public void Granted(int credits) => _granted.Add(credits);
}
