using Mana.Recurrence.Contracts;
using Mana.Recurrence.Parsing;

namespace Mana.Recurrence.Planning;

/// <summary>
/// The parts of a rule that speak about days, with what DTSTART implies filled in. All but BYWEEKNO are a predicate that depends on nothing but the
/// type of the year (recurrence.md 3).
/// </summary>
internal sealed class DayParts
{
    public const ulong AllMonths = 0x1FFE;

    /// <summary>Bits 1..12; all of them when months do not matter.</summary>
    public ulong Months { get; set; } = AllMonths;

    public required SignedSet MonthDays { get; set; }

    public required SignedSet YearDays { get; init; }

    /// <summary>BYWEEKNO: which weeks of a week-year; looked at week by week, never in a mask.</summary>
    public required SignedSet Weeks { get; init; }

    /// <summary>BYDAY without ordinals, bit 0 = Monday.</summary>
    public uint Weekdays { get; set; }

    public required WeekdayNum[] Ordinals { get; init; }

    /// <summary>Whether <c>1MO</c> is the first Monday of its month, or of the year.</summary>
    public bool OrdinalsInMonth { get; set; }

    /// <summary>RFC 7529: applies to YEARLY and MONTHLY only.</summary>
    public SkipMode Skip { get; init; }

    public int WeekStart { get; init; }

    public bool HasMonthDays { get; set; }

    public bool HasYearDays { get; init; }

    public bool HasWeeks { get; init; }

    public bool HasWeekdays => Weekdays != 0 || Ordinals.Length > 0;

    public bool LimitDays => Months != AllMonths || HasMonthDays || HasYearDays || HasWeekdays;
}
