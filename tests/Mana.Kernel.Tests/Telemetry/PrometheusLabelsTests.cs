using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mana.Kernel.Telemetry;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

public sealed class PrometheusLabelsTests
{
    [Theory]
    [InlineData("a\\b", "k=\"a\\\\b\"")]
    [InlineData("a\"b", "k=\"a\\\"b\"")]
    [InlineData("a\nb", "k=\"a\\nb\"")]
    [InlineData("a\\nb", "k=\"a\\\\nb\"")]
    [InlineData("{a=b,c}", "k=\"{a=b,c}\"")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData(true, "k=\"true\"")]
    [InlineData(1.5, "k=\"1.5\"")]
    public void Values(object? value, string expected) => Assert.Equal(expected, Print(("k", value)));

    [Fact]
    public void Arrays_are_joined() => Assert.Equal("k=\"1,2\"", Print(("k", new[] { 1, 2 })));

    [Fact]
    public void Keys_that_meet_in_one_name_keep_both_values_in_order() =>
        Assert.Equal("a_b=\"first;second\",z=\"1\"", Print(("z", 1), ("a.b", "first"), ("a_b", "second")));

    [Fact]
    public void Any_label_value_survives_the_page()
    {
        var awkward = Gen.OneOf(
            Gen.Elements('\\', '\n', '"', 'n', '\r', '{', '}', ',', '=', ' ', '\ud83d', '\ude00', 'ß', '\0'),
            ArbMap.Default.GeneratorFor<char>());
        var values = Gen.ArrayOf(awkward).Select(chars => new string(chars)).Where(value => value.Length > 0);
        var pair = Gen.Zip(values, values).ToArbitrary();

        Prop.ForAll(pair, both =>
        {
            var page = PrometheusTextWriterTests.Print(FamilyKind.Gauge, "h", new Series(Print(("first", both.Item1), ("second", both.Item2)), 42));
            var sample = Assert.Single(TextFormatParser.Parse(page));
            Assert.Equal(("g", "42"), (sample.Name, sample.Value));
            Assert.Equal(AsUtf8(both.Item1), sample.Labels["first"]);
            Assert.Equal(AsUtf8(both.Item2), sample.Labels["second"]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    /// <summary>What UTF-8 can hold of a .NET string: unpaired surrogates become U+FFFD.</summary>
    private static string AsUtf8(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Print(params (string Key, object? Value)[] tags) =>
        new PrometheusLabels().Print(tags.Select(tag => new KeyValuePair<string, object?>(tag.Key, tag.Value)));
}
