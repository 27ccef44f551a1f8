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
    public void Seeking_into_a_rule_that_skips_finds_what_walking_finds()
    {
        var expander = new RecurrenceExpander();
        var sought = 0;
        foreach (var row in VectorFile.Read("rscale.jsonl").Where(row => row.Text("rrule")!.Contains("SKIP=", StringComparison.Ordinal) && row.Text("rrule")!.Contains("GREGORIAN", StringComparison.Ordinal)))
        {
            var set = VectorFile.Set(row);
            var all = expander.Expand(set).Take(12).Select(occurrence => occurrence.StartUtc).ToList();
            for (var i = 1; i < all.Count; i++, sought++)
            {
                Assert.Equal(all.Skip(i).Take(2), expander.Expand(set, new OccurrenceWindow(all[i])).Take(Math.Min(2, all.Count - i)).Select(occurrence => occurrence.StartUtc));
                Assert.Equal(all[i - 1], expander.Previous(set, all[i])?.StartUtc);
                Assert.Equal(i, expander.Count(set, new OccurrenceWindow(null, all[i])));
            }
        }

        Assert.True(sought > 500);
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
