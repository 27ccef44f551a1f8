using System.Text.Json;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Tests.Vectors;

/// <summary>malformed.jsonl: what must be refused, with code and position, and what only looks wrong.</summary>
public sealed class MalformedCases
{
    static readonly IReadOnlyList<JsonElement> Rows = VectorFile.Read("malformed.jsonl");

    /// <summary>RFC 7529 is implemented here: RSCALE=GREGORIAN is a rule. The file's note allows both.</summary>
    const string GregorianScale = "RSCALE=GREGORIAN;FREQ=DAILY";

    [Fact]
    public void Malformed_rules_are_refused_with_code_and_position()
    {
        var refused = 0;
        foreach (var row in Rows.Where(row => row.Text("kind") != "size" && row.GetProperty("expect").Text("outcome") == "reject" && row.Text("rrule") != GregorianScale))
        {
            var expect = row.GetProperty("expect");
            Assert.False(RecurrenceRule.TryParse(row.Text("rrule"), RuleSyntax.Exact, Kind(row), out _, out var error), row.Text("rrule"));
            Assert.Equal((row.Text("rrule"), expect.Text("code"), expect.Number("pos")), (row.Text("rrule"), error.Name, error.Position));
            refused++;
        }

        Assert.Equal(289, refused);
        Assert.True(RecurrenceRule.TryParse(GregorianScale, out _, out _));
    }

    [Fact]
    public void Unusual_rules_are_accepted()
    {
        var accepted = 0;
        foreach (var row in Rows.Where(row => row.GetProperty("expect").Text("outcome") == "accept"))
        {
            Assert.True(RecurrenceRule.TryParse(row.Text("rrule"), RuleSyntax.Exact, Kind(row), out var rule, out var error), $"{row.Text("rrule")}: {error}");
            var equivalent = row.GetProperty("expect").Text("equivalent_to")!;
            if (equivalent.StartsWith("FREQ", StringComparison.Ordinal))
                Assert.Equal(VectorFile.Rule(equivalent), rule);
            else
                Assert.Equal(equivalent == "empty set" ? 0 : 1, rule.Expand(VectorFile.Time(row.Text("dtstart")!)).Count());
            accepted++;
        }

        Assert.Equal(26, accepted);
    }

    [Theory]
    [InlineData("empty-part", 11, "FREQ=DAILY", ";", 1_000_000, "")]
    [InlineData("unknown-part", 0, "", "A", 1_000_000, "=1")]
    [InlineData("overflow", 20, "FREQ=DAILY;INTERVAL=", "9", 1_000_000, "")]
    [InlineData("out-of-range", 20, "FREQ=YEARLY;BYMONTH=", "1", 1_000_000, "")]
    [InlineData("duplicate-part", 19, "FREQ=DAILY", ";COUNT=1", 10_000, "")]
    [InlineData("empty-element", 18, "FREQ=DAILY;BYHOUR=", ",", 1_000_000, "")]
    public void Attacks_by_size_are_refused_in_linear_time(string code, int position, string before, string repeated, int times, string after)
    {
        var text = before + string.Concat(Enumerable.Repeat(repeated, times)) + after;
        Assert.False(RecurrenceRule.TryParse(text, out _, out var error));
        Assert.Equal((code, position), (error.Name, error.Position));
        Assert.True(error.ToString().Length < 200);
    }

    [Fact]
    public void Long_lists_collapse()
    {
        var weekdays = VectorFile.Rule("FREQ=WEEKLY;BYDAY=" + string.Join(',', Enumerable.Repeat("MO", 100_000)));
        Assert.Equal("FREQ=WEEKLY;BYDAY=MO", weekdays.ToString());
        var days = VectorFile.Rule("FREQ=MONTHLY;BYMONTHDAY=" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => (i % 31) + 1)));
        Assert.Equal(31, days.ByMonthDay.Count);
    }

    static StartKind Kind(JsonElement row) => Enum.Parse<StartKind>(row.Text("dtstart_kind")!, true);
}
