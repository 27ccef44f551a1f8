using System.Diagnostics.Metrics;

namespace Mana.Sync.Live;

/// <summary>The live part of meter <c>Mana.Sync</c> (sync.md 11). The two names without a channel are those of the original.</summary>
internal sealed class LiveMetrics
{
    readonly Histogram<double> _hintLag;
    readonly Counter<long> _notifications;
    readonly Counter<long> _authFailures;
    readonly Counter<long> _reconnects;

    public LiveMetrics(IMeterFactory meters, Connections connections)
    {
        var meter = meters.Create("Mana.Sync");
        meter.CreateObservableGauge("mana_sync_connections_total", () => connections.Sockets.Identified, description: "Authenticated WebSocket connections");
        meter.CreateObservableGauge("mana_sync_users_connected", () => connections.Sockets.Users, description: "Users with at least one of them");
        meter.CreateObservableGauge("mana_sync_ws_connections", () => connections.Sockets.Open, description: "WebSocket connections");
        meter.CreateObservableGauge("mana_sync_sse_connections", () => connections.Streams.Open, description: "Event streams");
        _notifications = meter.CreateCounter<long>("mana_sync_notifications_total", description: "Hints to connections and to other hosts");
        _hintLag = meter.CreateHistogram<double>("mana_sync_hint_lag_seconds", "s", "From the writing of a change until the connections of a host were told; the clocks of database and host are trusted");
        _authFailures = meter.CreateCounter<long>("mana_sync_auth_failures_total", description: "Requests and WebSocket connections that could not authenticate");
        _reconnects = meter.CreateCounter<long>("mana_sync_backplane_reconnects_total", description: "Times that notifications of other hosts may have been lost");
    }

    /// <summary>Something was said to a connection or a host, or joined what was to be said already.</summary>
    /// <param name="channel"><c>ws</c>, <c>sse</c> or <c>backplane</c>.</param>
    /// <param name="result"><c>sent</c>, <c>coalesced</c> or <c>dropped</c>.</param>
    public void Notified(string channel, string result, int count = 1) => _notifications.Add(count, new("channel", channel), new("result", result));

    /// <summary>A request or a socket was not let in.</summary>
    /// <param name="reason">A reason of <c>TokenVerdict.Invalid</c>, or <c>expired</c>, <c>timeout</c>, <c>missing</c>, <c>keys</c>, <c>too_many</c>.</param>
    public void AuthFailed(string reason) => _authFailures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>The connections of this host know of a change.</summary>
    public void Spread(TimeSpan lag) => _hintLag.Record(Math.Max(0, lag.TotalSeconds));

    public void Reconnected() => _reconnects.Add(1);
}
