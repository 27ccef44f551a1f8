using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Payments;

/// <summary>Meter <c>Mana.Payments</c> (commerce.md 13.1). Label values come from closed sets: an event type that nobody handles is <c>other</c>.</summary>
internal sealed class PaymentsMetrics
{
    readonly Counter<long> _calls;
    readonly Counter<long> _received;
    readonly Counter<long> _processed;
    readonly Counter<long> _badSignatures;
    readonly Counter<long> _versions;
    readonly Counter<long> _quarantined;
    readonly Counter<long> _repairs;

    public PaymentsMetrics(IMeterFactory meters)
    {
        var meter = meters.ForModule("Payments");
        _calls = meter.CreateCounter<long>("stripe_api_requests_total", description: "Calls to Stripe, repetitions not counted");
        _received = meter.CreateCounter<long>("stripe_events_received_total", description: "Events that arrived, duplicates included");
        _processed = meter.CreateCounter<long>("stripe_events_processed_total", description: "Attempts to handle an event");
        _badSignatures = meter.CreateCounter<long>("stripe_signature_failures_total", description: "Webhooks whose signature is missing or wrong; alert at more than 5 in 5 minutes");
        _versions = meter.CreateCounter<long>("stripe_api_version_mismatches_total", description: "Events rendered in another API version than ours");
        _quarantined = meter.CreateCounter<long>("stripe_events_parked_total", description: "Events that wait for a person; alert at any");
        _repairs = meter.CreateCounter<long>("stripe_reconciliation_repairs_total", description: "What webhooks should have told and reconciliation found");
        meter.CreateObservableGauge("stripe_inbox_pending", () => Pending, description: "Events that wait to be handled");
        meter.CreateObservableGauge("stripe_inbox_parked", () => Parked, description: "Events that are dead or quarantined; see /api/v1/admin/stripe/events");
        meter.CreateObservableGauge("stripe_event_lag_seconds", () => LagSeconds, description: "Age of the oldest event that waits; alert at 300");
    }

    /// <summary>Sampled by the dispatcher: a scrape never asks the database.</summary>
    public long Pending { get; set; }

    public long Parked { get; set; }

    public double LagSeconds { get; set; }

    public void Called(string call, string outcome) => _calls.Add(1, new("call", call), new("outcome", outcome));

    public void Received(string type) => _received.Add(1, new KeyValuePair<string, object?>("type", type));

    public void Processed(string type, string outcome) => _processed.Add(1, new("type", type), new("outcome", outcome));

    public void SignatureFailed() => _badSignatures.Add(1);

    public void OtherVersion() => _versions.Add(1);

    public void ParkedOne(string outcome) => _quarantined.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Repaired(string what, int count)
    {
        if (count > 0)
            _repairs.Add(count, new KeyValuePair<string, object?>("what", what));
    }
}
