using System.Globalization;
using Mana.Recurrence.Contracts;
using NodaTime;
using NodaTime.Text;

namespace Mana.Recurrence.Tests.Semantics;

/// <summary>Short notation for tests: a start as text, a rule without FREQ=, instances as text.</summary>
internal static class Series
{
    public static readonly RecurrenceExpander Expander = new();

    /// <summary><c>2026-01-01</c> is a DATE, <c>…T09:00Z</c> UTC, <c>2026-01-01T09:00 Europe/Berlin</c> zoned, else floating.</summary>
    public static SeriesStart Start(string text)
    {
        if (text.Length == 10)
            return SeriesStart.Date(LocalDatePattern.Iso.Parse(text).Value);
        if (text.EndsWith('Z'))
            return SeriesStart.Utc(Time(text[..^1]));
        return text.Split(' ') is [var time, var zone] ? SeriesStart.Zoned(Time(time), DateTimeZoneProviders.Tzdb[zone]) : SeriesStart.Floating(Time(text));
    }

    public static RecurrenceSet Of(string start, params string[] rules)
    {
        var series = Start(start);
        return new RecurrenceSet { Start = series, Rules = [.. rules.Select(rule => Rule(rule, series.Kind))] };
    }

    public static RecurrenceRule Rule(string text, StartKind? kind = null) =>
        RecurrenceRule.TryParse(text.StartsWith("RSCALE", StringComparison.Ordinal) ? text : "FREQ=" + text, RuleSyntax.Strict, kind, out var rule, out var error)
            ? rule : throw new FormatException(error.ToString());

    public static LocalDateTime Time(string text) =>
        LocalDateTimePattern.CreateWithInvariantCulture(text.Length switch { 10 => "uuuu-MM-dd", 16 => "uuuu-MM-dd'T'HH:mm", _ => "uuuu-MM-dd'T'HH:mm:ss" }).Parse(text).Value;

    public static Instant At(string text) => Time(text.TrimEnd('Z')).InUtc().ToInstant();

    public static SeriesDate Date(string text) => text.EndsWith('Z') ? SeriesDate.At(At(text)) : new SeriesDate(Time(text), null, text.Length == 10);

    /// <summary>Dates for a DATE, <c>MM-dd'T'HH:mm'Z'</c> in UTC for everything else, with the year.</summary>
    public static string[] Utc(this IEnumerable<Occurrence> occurrences) => [.. occurrences.Select(occurrence => occurrence.AllDay
        ? LocalDatePattern.Iso.Format(occurrence.StartCivil.Date)
        : occurrence.StartUtc.ToString("uuuu-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture))];

    public static string[] Days(this IEnumerable<Occurrence> occurrences) => [.. occurrences.Select(occurrence => LocalDatePattern.Iso.Format(occurrence.StartCivil.Date))];

    public static string[] Split(string expected) => expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
