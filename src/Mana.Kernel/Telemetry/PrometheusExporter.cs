using System.Buffers;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Mana.Kernel.Telemetry;

/// <summary>Takes one collection from the SDK and keeps it as text. The scraper makes sure that collections do not overlap.</summary>
internal sealed class PrometheusExporter : BaseExporter<Metric>
{
    private readonly ArrayBufferWriter<byte> _page = new(16 * 1024);
    private readonly PrometheusLabels _labels = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    /// <summary>The page of the latest collection; valid until the next one.</summary>
    internal ReadOnlyMemory<byte> Page => _page.WrittenMemory;

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _families.Clear();
        foreach (var metric in batch) Read(metric);

        _page.ResetWrittenCount();
        foreach (var family in _families.Values) PrometheusTextWriter.Write(_page, family);
        _families.Clear();
        return ExportResult.Success;
    }

    private void Read(Metric metric)
    {
        var kind = Kind(metric);
        var name = PrometheusNames.Family(metric.MeterName, metric.Name, metric.Unit, kind);
        if (Family(name, kind, Help(metric)) is not { } family) return;
        var http = string.Equals(metric.Name, MetricViews.HttpDuration, StringComparison.Ordinal);

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var series = Read(metric.MetricType, in point, _labels.Print(point.Tags));
            family.Add(series);
            if (http) HttpAliases.Add(this, series, _labels.Print(HttpAliases.Labels(point.Tags)));
        }
    }

    /// <summary>The family of that name, or null when an instrument of another kind holds it: one name has one TYPE, and the first keeps it.</summary>
    internal MetricFamily? Family(string name, FamilyKind kind, string help)
    {
        if (!_families.TryGetValue(name, out var family)) _families.Add(name, family = new MetricFamily(name, kind, help));
        return family.Kind == kind ? family : null;
    }

    private static Series Read(MetricType type, ref readonly MetricPoint point, string labels) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => new(labels, point.GetSumLong()),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => new(labels, point.GetSumDouble()),
        MetricType.LongGauge => new(labels, point.GetGaugeLastValueLong()),
        MetricType.DoubleGauge => new(labels, point.GetGaugeLastValueDouble()),
        MetricType.Histogram => Histogram(in point, labels),
        MetricType.ExponentialHistogram => new(labels, point.GetHistogramSum(), [], [point.GetHistogramCount()]),
        _ => throw new NotSupportedException($"metric type {type}"),
    };

    private static Series Histogram(ref readonly MetricPoint point, string labels)
    {
        var buckets = point.GetHistogramBuckets();
        var length = 0;
        foreach (var _ in buckets) length++;
        if (length == 0) return new(labels, point.GetHistogramSum(), [], [point.GetHistogramCount()]);

        var bounds = new double[length - 1];
        var counts = new long[length];
        var i = 0;
        foreach (var bucket in buckets)
        {
            if (i < bounds.Length) bounds[i] = bucket.ExplicitBound;
            counts[i++] = bucket.BucketCount;
        }
        return new(labels, point.GetHistogramSum(), bounds, counts);
    }

    private static FamilyKind Kind(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum => PrometheusNames.RisesAndFalls(metric.Name) ? FamilyKind.Gauge : FamilyKind.Counter,
        MetricType.Histogram or MetricType.ExponentialHistogram => FamilyKind.Histogram,
        _ => FamilyKind.Gauge,
    };

    private static string Help(Metric metric) =>
        string.IsNullOrWhiteSpace(metric.Description) ? $"Instrument {metric.Name} of {metric.MeterName}." : metric.Description;
}
