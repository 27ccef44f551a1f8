using Mana.Recurrence.Parsing;
using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>
/// Reads what clients and calendars send for a series (compute.md 6.5): a bare rule, one with <c>RRULE:</c> in front, or lines of DTSTART, RRULE, EXRULE,
/// RDATE, EXDATE and DURATION. Lines end with LF, CRLF or a literal <c>\n</c>; folded lines are unfolded.
/// </summary>
public static class RecurrenceText
{
    public const int Longest = 8_192;
    public const int MostRules = 8;
    public const int MostDates = 1_000;

    /// <summary>Reads a series; what is missing or wrong comes back as an error, never as an exception.</summary>
    /// <param name="start">DTSTART when the text has none; one in the text wins.</param>
    /// <param name="zones">IANA names; Windows names and globally unique ids such as <c>/example.org/Europe/Berlin</c> are mapped to them.</param>
    public static RecurrenceReading Read(string text, RuleSyntax syntax, SeriesStart? start, IDateTimeZoneProvider zones) => new SetReader(text, syntax, start, zones).Read();
}

/// <summary>A set, or why there is none; positions are offsets in the text that was given.</summary>
public sealed record RecurrenceReading(RecurrenceSet? Set, RecurrenceError? Error, IReadOnlyList<RecurrenceWarning> Warnings);
