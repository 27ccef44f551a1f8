namespace Mana.Recurrence.Tests.Sweep;

/// <summary>A small sweep; the large one is <c>Mana.Load rules</c>.</summary>
public sealed class SweepTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_rules_are_what_brute_force_says(int seed)
    {
        var rules = new RandomRules(seed);
        var wrong = new List<string>();
        for (var i = 0; i < 5_000; i++)
        {
            var (text, start) = rules.Next();
            if (RuleSweep.Check(text, start, i) is { } difference)
                wrong.Add(difference);
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count}:\n{string.Join('\n', wrong.Take(8))}");
    }
}
