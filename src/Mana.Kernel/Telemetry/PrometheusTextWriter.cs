using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mana.Kernel.Telemetry;

/// <summary>Prometheus text exposition format 0.0.4, as UTF-8, without timestamps. Writes into the buffer; allocates nothing of its own.</summary>
internal static class PrometheusTextWriter
{
    private const double LargestExactInteger = 9_007_199_254_740_992;

    internal static void Write(IBufferWriter<byte> output, MetricFamily family)
    {
        Header(output, family);
        foreach (ref readonly var series in family.Sorted())
        {
            if (family.Kind is FamilyKind.Histogram) Histogram(output, family.Name, series);
            else Line(output, family.Name, "", series.Labels, series.Value);
        }
    }

    private static void Header(IBufferWriter<byte> output, MetricFamily family)
    {
        Text(output, "# HELP ");
        Text(output, family.Name);
        Text(output, " ");
        Text(output, family.Help.AsSpan().ContainsAny('\\', '\n')
            ? family.Help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)
            : family.Help);
        Text(output, "\n# TYPE ");
        Text(output, family.Name);
        Text(output, family.Kind switch
        {
            FamilyKind.Counter => " counter\n",
            FamilyKind.Gauge => " gauge\n",
            FamilyKind.Histogram => " histogram\n",
        });
    }

    private static void Histogram(IBufferWriter<byte> output, string name, in Series series)
    {
        long cumulative = 0;
        for (var i = 0; i < series.Counts!.Length; i++)
        {
            cumulative += series.Counts[i];
            Text(output, name);
            Text(output, "_bucket{");
            Text(output, series.Labels);
            Text(output, series.Labels.Length > 0 ? ",le=\"" : "le=\"");
            Number(output, i < series.Bounds!.Length ? series.Bounds[i] : double.PositiveInfinity);
            Text(output, "\"} ");
            Number(output, cumulative);
            Text(output, "\n");
        }
        Line(output, name, "_sum", series.Labels, series.Value);
        Line(output, name, "_count", series.Labels, cumulative);
    }

    private static void Line(IBufferWriter<byte> output, string name, string suffix, string labels, double value)
    {
        Text(output, name);
        Text(output, suffix);
        if (labels.Length > 0)
        {
            Text(output, "{");
            Text(output, labels);
            Text(output, "}");
        }
        Text(output, " ");
        Number(output, value);
        Text(output, "\n");
    }

    private static void Number(IBufferWriter<byte> output, double value)
    {
        if (double.IsNaN(value)) Text(output, "NaN");
        else if (double.IsInfinity(value)) Text(output, value > 0 ? "+Inf" : "-Inf");
        else
        {
            var span = output.GetSpan(32);
            var written = 0;
            _ = Math.Abs(value) <= LargestExactInteger && Math.Truncate(value).Equals(value)
                ? ((long)value).TryFormat(span, out written, default, CultureInfo.InvariantCulture)
                : value.TryFormat(span, out written, "R", CultureInfo.InvariantCulture);
            output.Advance(written);
        }
    }

    // Unpaired surrogates come out as U+FFFD: whatever a client managed to put into a label, the page stays valid UTF-8.
    private static void Text(IBufferWriter<byte> output, ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, output);
}
