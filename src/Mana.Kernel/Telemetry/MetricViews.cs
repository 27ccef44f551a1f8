using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Mana.Kernel.Telemetry;

/// <summary>How each instrument is aggregated: buckets, labels, and how many series it may grow to.</summary>
internal static class MetricViews
{
    internal const string HttpDuration = "http.server.request.duration";

    /// <summary>Upper bounds of duration buckets, in seconds.</summary>
    internal static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    // Scheme, protocol version and error type would multiply the series without answering a question that an alert asks.
    private static readonly string[] HttpLabels = ["http.request.method", "http.route", "http.response.status_code"];

    internal static MetricStreamConfiguration For(Instrument instrument, IMeterFactory ours)
    {
        // Listeners are process-wide: without this, two hosts in one process (tests) would count each other's requests.
        if (instrument.Meter.Scope is IMeterFactory owner && !ReferenceEquals(owner, ours)) return MetricStreamConfiguration.Drop;

        if (string.Equals(instrument.Name, HttpDuration, StringComparison.Ordinal))
            return new ExplicitBucketHistogramConfiguration
            {
                Boundaries = Seconds,
                RecordMinMax = false,
                TagKeys = HttpLabels,
                CardinalityLimit = ManaMeters.SeriesPerHttpInstrument,
            };

        // The SDK reserves room for every series up front, so the limit is also what an idle instrument costs.
        if (!IsHistogram(instrument) || HasOwnBuckets(instrument) || !InSeconds(instrument))
            return new MetricStreamConfiguration { CardinalityLimit = ManaMeters.SeriesPerInstrument };

        return new ExplicitBucketHistogramConfiguration
        {
            Boundaries = Seconds,
            RecordMinMax = false,
            CardinalityLimit = ManaMeters.SeriesPerInstrument,
        };
    }

    private static bool IsHistogram(Instrument instrument) =>
        instrument is Histogram<double> or Histogram<float> or Histogram<long> or Histogram<int> or Histogram<short> or Histogram<byte>;

    private static bool HasOwnBuckets(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries is not null,
        Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries is not null,
        Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries is not null,
        _ => false,
    };

    private static bool InSeconds(Instrument instrument) =>
        string.Equals(instrument.Unit, "s", StringComparison.Ordinal) || instrument.Name.EndsWith("_seconds", StringComparison.Ordinal);
}
