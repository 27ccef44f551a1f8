using System.Diagnostics.CodeAnalysis;
using Mana.Recurrence.Calendar;
using Mana.Recurrence.Parsing;
using Mana.Recurrence.Walking;
using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>
/// A recurrence rule (RFC 5545 3.3.10, with RSCALE=GREGORIAN and SKIP of RFC 7529). Immutable; equal when the canonical texts are equal.
/// Lists are sets: sorted, without repetition; second 60 is kept as 59 (3.3.12).
/// </summary>
public sealed class RecurrenceRule : IEquatable<RecurrenceRule>, ISpanParsable<RecurrenceRule>
{
    internal readonly RuleBits Bits;
    string? _text;

    internal RecurrenceRule(in RuleBits bits, IReadOnlyList<RecurrenceWarning> warnings)
    {
        Bits = bits;
        Warnings = warnings;
    }

    public Frequency Frequency => Bits.Frequency;

    public int Interval => Bits.Interval;

    public int? Count => Bits.Count == 0 ? null : Bits.Count;

    public UntilValue? Until => Bits.Has(RuleParts.Until) ? Bits.Until : null;

    public IsoDayOfWeek WeekStart => (IsoDayOfWeek)(Bits.WeekStart + 1);

    public SkipMode Skip => Bits.Skip;

    /// <summary>Neither COUNT nor UNTIL: only the end of the calendar, 9999-12-31, ends it.</summary>
    public bool IsInfinite => !Bits.Has(RuleParts.Count | RuleParts.Until);

    public IReadOnlyList<int> BySecond => RuleLists.Of(Bits.Seconds);

    public IReadOnlyList<int> ByMinute => RuleLists.Of(Bits.Minutes);

    public IReadOnlyList<int> ByHour => RuleLists.Of(Bits.Hours);

    public IReadOnlyList<WeekdayNum> ByDay => RuleLists.Weekdays(Bits);

    public IReadOnlyList<int> ByMonthDay => Bits.MonthDays.ToArray();

    public IReadOnlyList<int> ByYearDay => Bits.YearDays.ToArray();

    public IReadOnlyList<int> ByWeekNo => Bits.Weeks.ToArray();

    public IReadOnlyList<int> ByMonth => RuleLists.Of(Bits.Months);

    public IReadOnlyList<int> BySetPos => Bits.Positions.ToArray();

    /// <summary>What a tolerant reading of the text overlooked.</summary>
    public IReadOnlyList<RecurrenceWarning> Warnings { get; }

    /// <summary>
    /// Reads one RECUR value. Without <paramref name="start"/> nothing is checked against DTSTART: the type of UNTIL, times on a DATE.
    /// Linear in the length of the text.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, RuleSyntax syntax, StartKind? start, [NotNullWhen(true)] out RecurrenceRule? rule, [NotNullWhen(false)] out RecurrenceError? error) =>
        RuleParser.TryParse(text, syntax, start, out rule, out error);

    /// <summary>Reads one RECUR value to the letter of the RFC.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out RecurrenceRule? rule, [NotNullWhen(false)] out RecurrenceError? error) =>
        RuleParser.TryParse(text, RuleSyntax.Exact, null, out rule, out error);

    /// <summary>Reads a rule that is known to be one.</summary>
    /// <exception cref="FormatException">The text is not a rule.</exception>
    public static RecurrenceRule Parse(string text) => TryParse(text, out var rule, out var error) ? rule : throw new FormatException(error.ToString());

    static RecurrenceRule IParsable<RecurrenceRule>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static RecurrenceRule ISpanParsable<RecurrenceRule>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s.ToString());

    static bool ISpanParsable<RecurrenceRule>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out RecurrenceRule result) => TryParse(s, out result, out _);

    static bool IParsable<RecurrenceRule>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out RecurrenceRule result) =>
        TryParse(s.AsSpan(), out result, out _);

    /// <summary>
    /// The instances of the rule in civil time, from DTSTART on, as a struct enumerable: nothing is allocated per instance.
    /// An UNTIL in UTC is compared as if the start were UTC.
    /// </summary>
    public CivilOccurrences Expand(LocalDateTime start) => new(this, start, null, null);

    /// <summary>The instances with <c>from &lt;= t &lt; before</c>. Does not walk from DTSTART to there.</summary>
    public CivilOccurrences Expand(LocalDateTime start, LocalDateTime from, LocalDateTime? before = null) => new(this, start, from, before);

    /// <summary>The instances as instants, without allocation. Several civil times can be one instant in a gap of the zone: it comes once.</summary>
    public ZonedOccurrences Expand(LocalDateTime start, DateTimeZone zone, GapPolicy gap = GapPolicy.ShiftForward, OverlapPolicy overlap = OverlapPolicy.First) =>
        new(this, start, zone, gap, overlap, null);

    /// <summary>The first instance after a time, or at it when <paramref name="inclusive"/>.</summary>
    public LocalDateTime? Next(LocalDateTime start, LocalDateTime after, bool inclusive = false) =>
        Local(new CivilQueries(this, start).Next(inclusive ? CivilQueries.Ceiling(after) : Gregorian.SecondOf(after) + 1));

    /// <summary>The last instance before a time, or at it when <paramref name="inclusive"/>.</summary>
    public LocalDateTime? Previous(LocalDateTime start, LocalDateTime before, bool inclusive = false) =>
        Local(new CivilQueries(this, start).Previous(inclusive ? Gregorian.SecondOf(before) + 1 : CivilQueries.Ceiling(before)));

    /// <summary>Instances with <c>from &lt;= t &lt; before</c>, by arithmetic where the rule allows it.</summary>
    public long CountBetween(LocalDateTime start, LocalDateTime from, LocalDateTime before) =>
        Math.Max(new CivilQueries(this, start).Between(CivilQueries.Ceiling(from), CivilQueries.Ceiling(before)), 0);

    /// <summary>Whether a time is an instance.</summary>
    public bool Matches(LocalDateTime start, LocalDateTime time) => Next(start, time, true) == time;

    /// <summary>The last instance of a rule that ends; null when it has none or no end.</summary>
    public LocalDateTime? Last(LocalDateTime start) => IsInfinite ? null : Local(new CivilQueries(this, start).Previous(Gregorian.EndOfTime));

    static LocalDateTime? Local(long? second) => second is { } value ? Gregorian.ToLocal(value) : null;

    /// <summary>Canonical text (compute.md 6.5): upper case, fixed order, sorted lists, defaults left out.</summary>
    public override string ToString() => _text ??= RuleText.Write(Bits);

    public bool Equals(RecurrenceRule? other) => other is not null && (ReferenceEquals(this, other) || ToString() == other.ToString());

    public override bool Equals(object? obj) => Equals(obj as RecurrenceRule);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
