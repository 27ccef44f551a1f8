using System.Diagnostics.Metrics;
using Mana.Kernel.Errors;

namespace Mana.Sync;

/// <summary>Meter <c>Mana.Sync</c> (sync.md 11). Labels come from fixed sets only: never an app, table or user that a client named.</summary>
internal sealed class SyncMetrics
{
    readonly Counter<long> _requests;
    readonly Histogram<double> _duration;
    readonly Counter<long> _pushed;
    readonly Counter<long> _pushedTo;
    readonly Counter<long> _duplicates;
    readonly Counter<long> _rejected;
    readonly Counter<long> _delivered;
    readonly Counter<long> _clamped;
    readonly Counter<long> _frozen;
    readonly Counter<long> _billing;
    readonly Histogram<double> _lag;
    readonly Counter<long> _compacted;
    readonly Histogram<double> _compactions;
    readonly Counter<long> _reclaimed;

    public SyncMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Mana.Sync");
        _requests = meter.CreateCounter<long>("mana_sync_requests_total", description: "Sync requests");
        _duration = meter.CreateHistogram<double>("mana_sync_request_duration_seconds", "s", "Time from request to end of response");
        _pushed = meter.CreateCounter<long>("mana_sync_changes_pushed_total", description: "Changes stored");
        _pushedTo = meter.CreateCounter<long>("mana_sync_app_changes_total", description: "Changes stored, by app of the registry");
        _duplicates = meter.CreateCounter<long>("mana_sync_changes_duplicate_total", description: "Changes that had arrived before");
        _rejected = meter.CreateCounter<long>("mana_sync_changes_rejected_total", description: "Pushes refused");
        _delivered = meter.CreateCounter<long>("mana_sync_changes_delivered_total", description: "Changes sent to clients");
        _clamped = meter.CreateCounter<long>("mana_sync_changes_clamped_total", description: "Changes whose times were ahead of the server");
        _frozen = meter.CreateCounter<long>("mana_sync_fields_frozen_total", description: "Edits of fields that never change");
        _billing = meter.CreateCounter<long>("mana_sync_billing_checks_total", description: "Decisions of the billing gate");
        _lag = meter.CreateHistogram<double>("mana_sync_cursor_lag_seconds", "s", "How old the cursor was of a device that had something to catch up with");
        _compacted = meter.CreateCounter<long>("mana_sync_compaction_rows_total", description: "Log rows that compaction examined, folded and removed, tombstones that it emptied");
        _compactions = meter.CreateHistogram<double>("mana_sync_compaction_duration_seconds", "s", "How long a compaction of all scopes took");
        _reclaimed = meter.CreateCounter<long>("mana_sync_reclaimed_bytes_total", "By", "Bytes that compaction gave back to the disk");
        meter.CreateObservableGauge("mana_sync_log_rows", () => LogRows, description: "Rows of the log, as the database estimates them");
    }

    /// <summary>Sampled: a scrape never asks the database.</summary>
    public long LogRows { get; set; }

    public void Request(string endpoint, int status, TimeSpan took)
    {
        _requests.Add(1, new("endpoint", endpoint), new("status", status));
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("endpoint", endpoint));
    }

    /// <summary>A stream or a socket began, or was refused. How long one lasts says nothing about how fast the server is.</summary>
    public void Opened(string endpoint, int status) => _requests.Add(1, new("endpoint", endpoint), new("status", status));

    /// <summary>By app: a label of <see cref="Contracts.IAppCatalogue"/>, never what a client wrote.</summary>
    public void PushedTo(string app, int count) => _pushedTo.Add(count, new KeyValuePair<string, object?>("app", app));

    public void Pushed(string op, int count) => _pushed.Add(count, new KeyValuePair<string, object?>("op", op));

    public void Outcome(Push.PushOutcome outcome)
    {
        _duplicates.Add(outcome.Duplicates);
        _clamped.Add(outcome.Clamped);
        _frozen.Add(outcome.Frozen);
    }

    /// <summary>Counts a refused push and hands the refusal on.</summary>
    public ApiError Refuse(ApiError error)
    {
        _rejected.Add(1, new KeyValuePair<string, object?>("reason", error.Error));
        return error;
    }

    public void Delivered(int count, string channel) => _delivered.Add(count, new KeyValuePair<string, object?>("channel", channel));

    /// <summary>How far behind the newest change a reader was that had something to catch up with. First reads say nothing about it.</summary>
    public void Lag(Pull.ScopeHeads heads, Cursors.ReadVector start, Spaces.Tenant caller)
    {
        for (var i = 0; i < caller.Scopes.Count; i++)
            if (start.At(caller.Scopes[i]) is var at && !Cursors.Position.IsInitial(at) && at < heads.Newest[i])
                _lag.Record((heads.Newest[i] - at) / 1_000_000.0);
    }

    public void CompactionFailed() => _compacted.Add(1, new KeyValuePair<string, object?>("result", "scope_failed"));

    public void Compacted(Compaction.CompactionReport report, TimeSpan took)
    {
        _compacted.Add(report.Examined, new KeyValuePair<string, object?>("result", "examined"));
        _compacted.Add(report.Removed, new KeyValuePair<string, object?>("result", "removed"));
        _compacted.Add(report.Folded, new KeyValuePair<string, object?>("result", "folded"));
        _compacted.Add(report.Trimmed, new KeyValuePair<string, object?>("result", "trimmed"));
        _compactions.Record(took.TotalSeconds);
    }

    public void Reclaimed(long bytes) => _reclaimed.Add(bytes);

    public void Billing(Gate.GateResult result) => _billing.Add(1, new KeyValuePair<string, object?>("result", result switch
    {
        Gate.GateResult.Active => "active",
        Gate.GateResult.Inactive => "inactive",
        Gate.GateResult.FailOpen => "fail_open",
        Gate.GateResult.Exempt => "exempt",
    }));
}
