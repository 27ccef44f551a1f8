using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mana.Kernel.Telemetry;

/// <summary>
/// The naming convention of our meters and activity sources: one per module, <c>Mana.&lt;Module&gt;</c>.
/// </summary>
/// <remarks>
/// Instruments carry their final Prometheus name (<c>mana_sync_requests_total</c>, <c>mana_sync_request_duration_seconds</c>):
/// what such a meter declares is printed as it is, never with a second unit or <c>_total</c>. Durations are seconds, sizes bytes.
/// Label values come from closed sets (an endpoint, a result, a reason), never from a client: a stream beyond
/// <see cref="SeriesPerInstrument"/> series is folded into one labelled <c>otel_metric_overflow="true"</c>.
/// Callbacks of observable instruments run on every scrape: they read a field; they do not query the database.
/// </remarks>
public static class ManaMeters
{
    /// <summary>Start of every meter and activity source of ours.</summary>
    public const string Prefix = "Mana.";

    /// <summary>How many label combinations one instrument keeps (HTTP durations: <see cref="SeriesPerHttpInstrument"/>).</summary>
    public const int SeriesPerInstrument = 200;

    /// <summary>How many combinations of method, route and status the HTTP server durations keep.</summary>
    public const int SeriesPerHttpInstrument = 1500;

    internal static readonly string[] Meters =
        [Prefix + "*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    internal static readonly string[] Sources = [Prefix + "*", "Microsoft.AspNetCore", "Npgsql"];

    /// <summary>The meter of a module; the factory owns and disposes it, so keep it in a singleton.</summary>
    /// <param name="factory">The host's factory (from the container: each host in a test process sees its own numbers only).</param>
    /// <param name="module">Module name without the prefix: <c>Sync</c>.</param>
    public static Meter ForModule(this IMeterFactory factory, string module)
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentException.ThrowIfNullOrWhiteSpace(module);
        return factory.Create(Prefix + module);
    }

    /// <summary>
    /// The activity source of a module; keep it in a static field. Record exceptions with <see cref="Activity.AddException"/> only:
    /// that path leaves message text out.
    /// </summary>
    /// <param name="module">Module name without the prefix: <c>Sync</c>.</param>
    public static ActivitySource SourceForModule(string module)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(module);
        return new ActivitySource(Prefix + module);
    }
}
