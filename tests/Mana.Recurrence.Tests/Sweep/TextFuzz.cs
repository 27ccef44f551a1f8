using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Tests.Sweep;

/// <summary>
/// Texts by chance: rules with characters changed, cut, doubled, and pure noise. Each must be refused with a position inside it or give a rule that comes
/// back from its canonical text and gives its first instances within a budget.
/// </summary>
internal sealed class TextFuzz(int seed)
{
    const string Alphabet = "FREQ=DAILYWKMONTHSEUCPBX;:,+-0123456789TZ \r\n\\\t\u00a0\u0131\uff24\ud83d";

    static readonly string[] Pieces =
    [
        "FREQ=", "DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "SECONDLY", ";INTERVAL=", ";COUNT=", ";UNTIL=20260101", "T090000Z", ";BYDAY=", "MO", "-1FR", ",", ";BYMONTHDAY=", ";BYMONTH=",
        ";BYSETPOS=", ";BYWEEKNO=", ";BYYEARDAY=", ";BYHOUR=", ";WKST=SU", "RSCALE=GREGORIAN;", ";SKIP=FORWARD", "2147483647", "31", "-366", "DTSTART;TZID=Europe/Berlin:20260101T090000\n",
        "RRULE:", "EXDATE:20260101\n", "RDATE;VALUE=PERIOD:20260101T090000Z/P1D\n", "\r\n ", "\\n", "TZID=", "\"", "DTSTART:00010101T000000\n", "DTSTART;TZID=Asia/Tokyo:99991231T235959\n", "RDATE:99991231T235959Z\n", "RDATE;TZID=Pacific/Apia:00010101\n", "EXRULE:FREQ=DAILY\n",
    ];

    readonly Random _random = new(seed);
    readonly RandomRules _rules = new(seed);

    public string Next() => _random.Next(4) switch
    {
        0 => string.Concat(Enumerable.Range(0, _random.Next(12)).Select(_ => Pieces[_random.Next(Pieces.Length)])),
        1 => new string([.. Enumerable.Range(0, _random.Next(60)).Select(_ => Alphabet[_random.Next(Alphabet.Length)])]),
        _ => Changed(_rules.Next().Text),
    };

    /// <summary>What is wrong with how a text was taken, or null.</summary>
    public static string? Check(string text)
    {
        foreach (var syntax in (ReadOnlySpan<RuleSyntax>)[RuleSyntax.Exact, RuleSyntax.Strict, RuleSyntax.Lenient])
        {
            if (!RecurrenceRule.TryParse(text, syntax, null, out var rule, out var error))
            {
                if (error.Position < 0 || error.Position > text.Length || error.Position + error.Length > text.Length)
                    return $"{syntax} {text}: position {error.Position}+{error.Length} of {text.Length}";
                continue;
            }

            // What only a lenient reading lets pass, only a lenient reading reads again.
            var same = syntax == RuleSyntax.Lenient ? RuleSyntax.Lenient : RuleSyntax.Exact;
            if (!RecurrenceRule.TryParse(rule.ToString(), same, null, out var again, out _) || !again.Equals(rule))
                return $"{syntax} {text}: canonical text {rule} is not the same rule";
            if (!Ends(rule))
                return $"{syntax} {text}: no end of work";
        }

        var reading = RecurrenceText.Read(text, RuleSyntax.Lenient, SeriesStart.Floating(new LocalDateTime(2026, 1, 31, 9, 0)), DateTimeZoneProviders.Tzdb);
        if (reading.Set is { } set)
            return Ends(set) ? null : $"{text}: no end of work";
        return reading.Error!.Position < 0 || reading.Error.Position > text.Length ? $"{text}: position {reading.Error.Position}" : null;
    }

    /// <summary>compute.md 6.14 g: no rule exceeds the budget for its first instances.</summary>
    static bool Ends(RecurrenceRule rule) => Ends(new RecurrenceSet { Start = SeriesStart.Floating(new LocalDateTime(2026, 1, 31, 9, 0)), Rules = [rule] });

    static bool Ends(RecurrenceSet set)
    {
        var budget = new WorkBudget(200_000);
        var last = Instant.MinValue;
        foreach (var occurrence in new RecurrenceExpander().Expand(set, default, budget))
        {
            if (occurrence.StartUtc <= last)
                return false;
            last = occurrence.StartUtc;
            if (occurrence.Index == 3)
                break;
        }

        // A set that excludes itself for ever ends with its budget.
        return budget.Stop == WorkStop.None || set.ExRules.Count > 0;
    }

    string Changed(string text)
    {
        for (var changes = _random.Next(4); changes > 0 && text.Length > 0; changes--)
        {
            var at = _random.Next(text.Length);
            text = _random.Next(5) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, Alphabet[_random.Next(Alphabet.Length)].ToString()),
                2 => text[..at] + Alphabet[_random.Next(Alphabet.Length)] + text[(at + 1)..],
                3 => text.Insert(at, Pieces[_random.Next(Pieces.Length)]),
                _ => text[at..] + ";" + text[..at],
            };
        }

        return text;
    }
}
