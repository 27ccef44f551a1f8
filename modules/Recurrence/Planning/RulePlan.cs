using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Planning;

/// <summary>What a walk goes through, one by one.</summary>
internal enum PeriodKind
{
    /// <summary>Periods of equal length, all with the same times: DAILY and finer.</summary>
    Grid,
    Week,
    Month,
    Year,

    /// <summary>Years of whole weeks: with BYWEEKNO.</summary>
    WeekYear,
}

/// <summary>
/// A rule compiled against its DTSTART: immutable, and all that a cursor looks at. Times are seconds of civil time (<see cref="Gregorian"/>).
/// </summary>
internal sealed class RulePlan
{
    public required PeriodKind Kind { get; init; }

    public required long Start { get; init; }

    /// <summary>The last second that may be an instance: UNTIL, or the end of the calendar.</summary>
    public required long Last { get; init; }

    public required TimeTable Times { get; init; }

    /// <summary>Null when every day is allowed (of a grid).</summary>
    public DayMasks? Days { get; init; }

    public required DayParts Parts { get; init; }

    /// <summary>BYSETPOS, when periods differ; null otherwise.</summary>
    public SetPositions? Positions { get; init; }

    /// <summary>The number of the period that holds DTSTART: a week, month (year × 12 + month - 1) or year.</summary>
    public long FirstPeriod { get; init; }

    public long LastPeriod { get; init; }

    /// <summary>Periods from one visited to the next.</summary>
    public long Interval { get; init; }

    /// <summary>So many visited periods without an instance prove that none will ever come (recurrence.md 5).</summary>
    public int Cycle { get; init; }

    /// <summary>The grid: the second at which the first period starts, and the seconds from one period to the next.</summary>
    public long Origin { get; init; }

    public long Step { get; init; }

    /// <summary>Which hours, minutes and seconds a period of the grid may start at.</summary>
    public TimeLimits Limits { get; init; }

    /// <summary>How many words of bits the days of a period take.</summary>
    public int Words => Kind is PeriodKind.Week or PeriodKind.Month ? 1 : DayBits.Words;

    /// <summary>With SKIP, a day of one period can be the last of the one before.</summary>
    public bool Skips => Parts.Skip != SkipMode.Omit;

    public long PeriodOf(int day) => PeriodOf(Kind, day, Parts.WeekStart);

    /// <summary>The number of the period that holds a day.</summary>
    public static long PeriodOf(PeriodKind kind, int day, int weekStart) => kind switch
    {
        PeriodKind.Week => (Gregorian.WeekStart(day, weekStart) + 7) / 7,
        PeriodKind.Month => MonthNumber(day),
        PeriodKind.WeekYear => Gregorian.WeekYearOf(day, weekStart),
        _ => Gregorian.YearOf(day),
    };

    static long MonthNumber(int day)
    {
        var year = Gregorian.YearOf(day);
        return (year * 12L) + Gregorian.MonthOf(year, day - Gregorian.YearStart(year)) - 1;
    }
}
