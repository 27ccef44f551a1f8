using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Tests.Vectors;

/// <summary>contested_worked_examples.jsonl: where engines disagree, what this one answers; the reasons are in the module's README.</summary>
public sealed class ContestedCases
{
    [Fact]
    public void Where_the_rfc_has_an_answer_it_is_ours()
    {
        var equal = 0;
        foreach (var row in VectorFile.Read("contested_worked_examples.jsonl").Where(row => row.GetProperty("rfc_expected").ValueKind == System.Text.Json.JsonValueKind.Array))
        {
            var set = VectorFile.Set(row);
            var expected = row.Texts("rfc_expected");
            var actual = new RecurrenceExpander().Expand(set).Take(expected.Length).Select(occurrence => VectorFile.Write(set, occurrence));
            Assert.Equal([row.Text("id")!, .. expected], [row.Text("id")!, .. actual]);
            equal++;
        }

        Assert.Equal(28, equal);
    }

    [Theory]
    [InlineData("M027", "2024-01-01T09:00:00 2029-01-01T09:00:00 2035-01-01T09:00:00")]
    [InlineData("M028", "2024-01-01T09:00:00 2024-01-03T09:00:00")]
    [InlineData("M031", "2024-01-05T09:00:00 2024-01-10T09:00:00 2024-01-11T09:00:00")]
    public void Where_it_has_none_the_choice_is_fixed(string id, string expected)
    {
        var set = VectorFile.Set(VectorFile.Read("contested_worked_examples.jsonl").Single(row => row.Text("id") == id));
        Assert.Equal(expected.Split(' '), new RecurrenceExpander().Expand(set).Select(occurrence => VectorFile.Write(set, occurrence)));
    }

    [Fact]
    public void M009_a_date_as_until_of_a_time_is_the_whole_day()
    {
        Assert.False(RecurrenceRule.TryParse("FREQ=DAILY;UNTIL=20240103", RuleSyntax.Exact, StartKind.Floating, out _, out _));
        Assert.True(RecurrenceRule.TryParse("FREQ=DAILY;UNTIL=20240103", RuleSyntax.Strict, StartKind.Floating, out var rule, out _));
        Assert.Equal(3, rule.Expand(VectorFile.Time("2024-01-01T09:00:00")).Count());
    }

    [Fact]
    public void M014_hours_of_a_date_are_refused() => Assert.False(RecurrenceRule.TryParse("FREQ=HOURLY;INTERVAL=12;COUNT=3", RuleSyntax.Lenient, StartKind.Date, out _, out _));

    [Fact]
    public void M033_no_instances_at_all_are_refused() => Assert.False(RecurrenceRule.TryParse("FREQ=DAILY;COUNT=0", RuleSyntax.Lenient, null, out _, out _));
}
