using System.Runtime.InteropServices;

namespace Mana.Kernel.Telemetry;

internal enum FamilyKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// One line (counter, gauge) or one group of lines (histogram). <c>Labels</c> is ready to print: escaped, sorted, without braces.
/// <c>Counts</c> are per bucket, not cumulative, and one longer than <c>Bounds</c> (the last is +Inf).
/// </summary>
internal readonly record struct Series(string Labels, double Value, double[]? Bounds = null, long[]? Counts = null);

/// <summary>Everything that shares one name: instruments of several meters may meet here.</summary>
internal sealed class MetricFamily(string name, FamilyKind kind, string help)
{
    private readonly List<Series> _series = [];

    internal string Name { get; } = name;

    internal FamilyKind Kind { get; } = kind;

    internal string Help { get; } = help;

    internal void Add(in Series series) => _series.Add(series);

    /// <summary>The series in label order; two with the same labels become one, for Prometheus refuses a scrape that repeats a series.</summary>
    internal ReadOnlySpan<Series> Sorted()
    {
        _series.Sort(static (a, b) => string.CompareOrdinal(a.Labels, b.Labels));
        var kept = 0;
        for (var i = 1; i < _series.Count; i++)
        {
            if (string.Equals(_series[kept].Labels, _series[i].Labels, StringComparison.Ordinal)) _series[kept] = Merge(_series[kept], _series[i]);
            else _series[++kept] = _series[i];
        }
        if (kept + 1 < _series.Count) _series.RemoveRange(kept + 1, _series.Count - kept - 1);
        return CollectionsMarshal.AsSpan(_series);
    }

    private Series Merge(in Series first, in Series second)
    {
        // Two gauges with one name measure two parts of a whole (two pools, two modules), as two counters do: add.
        if (Kind is not FamilyKind.Histogram) return first with { Value = first.Value + second.Value };
        // Buckets with different bounds cannot be added without inventing numbers; the first one stands.
        if (!first.Bounds.AsSpan().SequenceEqual(second.Bounds)) return first;
        var counts = new long[first.Counts!.Length];
        for (var i = 0; i < counts.Length; i++) counts[i] = first.Counts[i] + second.Counts![i];
        return first with { Value = first.Value + second.Value, Counts = counts };
    }
}
