using System.Diagnostics.Metrics;
using Mana.Credits.Contracts;
using Mana.Kernel.Telemetry;

namespace Mana.Credits;

/// <summary>Meter <c>Mana.Credits</c> (commerce.md 13.1). The label <c>app</c> comes from a fixed set: a caller cannot name a metric.</summary>
internal sealed class CreditsMetrics
{
    static readonly HashSet<string> Apps = new(StringComparer.Ordinal)
    {
        "chat", "picture", "questions", "food", "cards", "quotes", "plants", "traces", "context", "todo", "contacts", "presi", "general", "who", "research", "mana-research",
        "community", "sync", "stripe", "gifts", "system", "reservation", "mana",
    };

    readonly Counter<long> _operations;
    readonly Histogram<double> _duration;
    readonly Counter<double> _amount;
    readonly Counter<long> _replays;
    readonly Counter<long> _retries;
    readonly Counter<long> _gifts;
    readonly Counter<long> _misses;
    readonly Counter<long> _renewals;
    readonly Counter<long> _purchases;

    public CreditsMetrics(IMeterFactory meters)
    {
        var meter = meters.ForModule("Credits");
        _operations = meter.CreateCounter<long>("credits_operations_total", description: "Commands to the ledger");
        _duration = meter.CreateHistogram<double>("credits_operation_duration_seconds", "s", "Time of a command to the ledger");
        _amount = meter.CreateCounter<double>("credits_amount_total", description: "Credits that commands moved");
        _replays = meter.CreateCounter<long>("credits_idempotent_replays_total", description: "Commands that had been carried out before");
        _retries = meter.CreateCounter<long>("credits_contention_retries_total", description: "Commands that were repeated because of a collision");
        _gifts = meter.CreateCounter<long>("gifts_total", description: "Gift codes: created, redeemed, cancelled, expired, refused");
        _misses = meter.CreateCounter<long>("gift_lookup_misses_total", description: "Look-ups of gift codes that do not exist");
        _renewals = meter.CreateCounter<long>("sync_renewals_total", description: "Charges for Cloud Sync that were due");
        _purchases = meter.CreateCounter<long>("purchases_total", description: "Purchases that reached a state, by it and by how they are paid");
        meter.CreateObservableGauge("credits_ledger_imbalance", () => Imbalance, description: "Findings of the last audit of the ledger; anything but 0 is an alarm");
        meter.CreateObservableGauge("credits_negative_accounts", () => NegativeAccounts, description: "People whose balance is below zero");
        meter.CreateObservableGauge("credits_reservations_open", () => OpenReservations, description: "Reservations that hold credits");
        meter.CreateObservableGauge("credits_reservations_open_amount", () => OpenAmount.Milli / (double)CreditAmount.PerCredit, description: "Credits that reservations hold");
        meter.CreateObservableGauge("credits_promo_budget_used_ratio", () => PromoBudgetUsed, description: "Share of the month's budget for rewards that is used; alert at 0.8");
        meter.CreateObservableGauge("sync_subscriptions", () => SyncSubscriptions.Select(count => new Measurement<long>(count.Count, new("state", count.State), new("interval", count.Interval))),
            description: "Sync subscriptions");
    }

    /// <summary>Sampled by jobs: a scrape never asks the database.</summary>
    public long Imbalance { get; set; }

    public long NegativeAccounts { get; set; }

    public long OpenReservations { get; set; }

    public CreditAmount OpenAmount { get; set; }

    public double PromoBudgetUsed { get; set; }

    public IReadOnlyList<(string State, string Interval, long Count)> SyncSubscriptions { get; set; } = [];

    public void Operation(string operation, string app, string outcome, long milli = 0, TimeSpan? took = null)
    {
        var label = Apps.Contains(app) ? app : "other";
        _operations.Add(1, new("op", operation), new("app", label), new("outcome", outcome));
        if (took is { } time)
            _duration.Record(time.TotalSeconds, new KeyValuePair<string, object?>("op", operation));
        if (outcome == "ok" && milli > 0)
            _amount.Add(milli / (double)CreditAmount.PerCredit, new("op", operation), new("app", label));
        if (outcome == "replayed")
            _replays.Add(1, new KeyValuePair<string, object?>("op", operation));
    }

    public void Retried() => _retries.Add(1);

    public void Gift(string what) => _gifts.Add(1, new KeyValuePair<string, object?>("event", what));

    public void GiftMissed() => _misses.Add(1);

    public void Renewal(string outcome) => _renewals.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Purchase(string status, string? method) => _purchases.Add(1, new("status", status), new("method", method is "card" or "sepa_debit" ? method : "other"));
}
