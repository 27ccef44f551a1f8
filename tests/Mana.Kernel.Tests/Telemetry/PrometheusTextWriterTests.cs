using System.Buffers;
using System.Text;
using Mana.Kernel.Telemetry;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

public sealed class PrometheusTextWriterTests
{
    [Theory]
    [InlineData(0d, "0")]
    [InlineData(-3d, "-3")]
    [InlineData(1_700_000_000d, "1700000000")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e21, "1E+21")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Numbers(double value, string expected) =>
        Assert.Equal($"# HELP g h\n# TYPE g gauge\ng {expected}\n", Print(FamilyKind.Gauge, "h", new Series("", value)));

    [Fact]
    public void Numbers_do_not_follow_the_culture_of_the_thread()
    {
        var before = Thread.CurrentThread.CurrentCulture;
        Thread.CurrentThread.CurrentCulture = System.Globalization.CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Contains("\ng 1234.5\n", Print(FamilyKind.Gauge, "h", new Series("", 1234.5)), StringComparison.Ordinal);
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    [Fact]
    public void Help_escapes_backslash_and_line_feed_but_not_quotes() =>
        Assert.StartsWith("# HELP g a \\\\ b\\n\"c\"\n", Print(FamilyKind.Gauge, "a \\ b\n\"c\"", new Series("", 1)), StringComparison.Ordinal);

    [Fact]
    public void Histograms_with_the_same_labels_add_up_when_their_bounds_agree()
    {
        var text = Print(FamilyKind.Histogram, "h", new Series("", 1.5, [1], [1, 1]), new Series("", 3, [1], [2, 0]), new Series("", 9, [2], [5, 5]));
        Assert.EndsWith("g_bucket{le=\"1\"} 3\ng_bucket{le=\"+Inf\"} 4\ng_sum 4.5\ng_count 4\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_one_type_and_the_first_keeps_it()
    {
        using var exporter = new PrometheusExporter();
        Assert.NotNull(exporter.Family("x_total", FamilyKind.Counter, "h"));
        Assert.Null(exporter.Family("x_total", FamilyKind.Gauge, "h"));
        Assert.NotNull(exporter.Family("x_total", FamilyKind.Counter, "other help"));
    }

    internal static string Print(FamilyKind kind, string help, params Series[] series)
    {
        var family = new MetricFamily("g", kind, help);
        foreach (var one in series) family.Add(one);
        var output = new ArrayBufferWriter<byte>();
        PrometheusTextWriter.Write(output, family);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(output.WrittenSpan);
    }
}
