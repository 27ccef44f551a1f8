using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Tests.Sweep;

/// <summary>Quartz' RRULE trigger agrees, except where the README says why it does not.</summary>
public sealed class QuartzTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Random_rules_are_what_quartz_says(int seed)
    {
        var rules = new RandomRules(seed);
        var (wrong, asked) = (new List<string>(), 0);
        while (asked < 1_000)
        {
            var (text, start) = rules.Next();
            if (!QuartzOpinion.Covers(RecurrenceRule.Parse(text), start))
                continue;
            if (QuartzOpinion.Difference(text, start, out var was) is { } difference)
                wrong.Add(difference);
            asked += was ? 1 : 0;
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {asked}:\n{string.Join('\n', wrong.Take(12))}");
    }
}
