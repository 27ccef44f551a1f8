using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Tests.Vectors;

/// <summary>rscale.jsonl: RFC 7529. SKIP in the Gregorian calendar; every other calendar is refused by name.</summary>
public sealed class ScaleCases
{
    [Fact]
    public void Skip_moves_days_that_do_not_exist()
    {
        var equal = 0;
        foreach (var row in VectorFile.Read("rscale.jsonl").Where(row => row.Text("rrule")!.Contains("GREGORIAN", StringComparison.Ordinal)))
        {
            var set = VectorFile.Set(row);
            var expected = row.Texts("expected");
            var actual = new RecurrenceExpander().Expand(set).Take(expected.Length).Select(occurrence => VectorFile.Write(set, occurrence)).ToList();
            Assert.Equal($"{row.Text("id")} {row.Text("rrule")} {string.Join(' ', expected)}", $"{row.Text("id")} {row.Text("rrule")} {string.Join(' ', actual)}");
            equal++;
        }

        Assert.Equal(115, equal);
    }

    [Fact]
    public void Other_calendars_are_refused_by_name()
    {
        var refused = 0;
        foreach (var row in VectorFile.Read("rscale.jsonl").Where(row => !row.Text("rrule")!.Contains("GREGORIAN", StringComparison.Ordinal)))
        {
            Assert.False(RecurrenceRule.TryParse(row.Text("rrule"), out _, out var error));
            Assert.Equal("RRULE_RSCALE", error.WireCode);
            Assert.Contains(row.Text("rrule")!.Split(';')[0], error.Message, StringComparison.Ordinal);
            refused++;
        }

        Assert.Equal(20, refused);
    }
}
