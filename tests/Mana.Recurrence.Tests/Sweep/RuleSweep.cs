using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Tests.Sweep;

/// <summary>Compares the engine with <see cref="BruteForce"/> rule by rule: the whole of a stretch, a part of it, counting and going backwards.</summary>
internal static class RuleSweep
{
    const int Most = 400;

    /// <summary>What is wrong with one rule, or null.</summary>
    public static string? Check(string text, LocalDateTime start, int number)
    {
        if (!RecurrenceRule.TryParse(text, out var rule, out var error))
            return $"{text}: {error}";
        if (!RecurrenceRule.TryParse(rule.ToString(), out var again, out _) || !again.Equals(rule))
            return $"{text}: canonical text {rule} is another rule";
        var before = start.PlusHours(Hours(rule, number));
        var all = new BruteForce(rule, start).Until(before);
        if (rule.Count is { } count)
            all = [.. all.Take(count)];
        var expected = all.Take(Most).ToList();
        var actual = rule.Expand(start, start, before).Take(Most).ToList();
        if (!expected.SequenceEqual(actual))
            return Differ(text, start, "expand", expected, actual);
        if (expected.Count == 0)
            return null;
        var middle = expected[expected.Count / 2];
        var rest = rule.Expand(start, middle, before).Take(10).ToList();
        if (!rest.SequenceEqual(all.Where(time => time >= middle).Take(10)))
            return Differ(text, start, $"from {middle}", all.Where(time => time >= middle), rest);
        var between = middle.PlusSeconds(-1);
        var next = rule.Next(start, between);
        var previous = rule.Previous(start, middle);
        var expectedPrevious = expected.Count / 2 == 0 ? (LocalDateTime?)null : expected[(expected.Count / 2) - 1];
        if (next != middle || previous != expectedPrevious)
            return $"{text} from {start}: next {next} for {middle}, previous {previous} for {expectedPrevious}";
        var counted = rule.CountBetween(start, start, middle);
        return counted == expected.Count / 2 ? null : $"{text} from {start}: {counted} before {middle}, not {expected.Count / 2}";
    }

    /// <summary>How long a stretch to try instant by instant: the finer the rule, the shorter; of every fiftieth rule thirty years.</summary>
    static int Hours(RecurrenceRule rule, int number) => rule.Frequency switch
    {
        Frequency.Secondly => number % 50 == 0 ? 40 : 2,
        Frequency.Minutely => number % 50 == 0 ? 24 * 40 : 24,
        Frequency.Hourly => 24 * (number % 50 == 0 ? 900 : 40),
        _ => 24 * (number % 50 == 0 ? 365 * 30 : 900),
    };

    static string Differ(string text, LocalDateTime start, string what, IEnumerable<LocalDateTime> expected, IEnumerable<LocalDateTime> actual) =>
        $"{text} from {start}, {what}:\n  expected {string.Join(' ', expected.Take(10))}\n  actual   {string.Join(' ', actual.Take(10))}";
}
