using System.Numerics;
using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Parsing;

namespace Mana.Recurrence.Planning;

/// <summary>Turns a rule and its DTSTART into a <see cref="RulePlan"/>.</summary>
internal static class PlanCompiler
{
    /// <summary>Resolves what DTSTART implies, chooses the periods to walk, and leaves the masks to their first use.</summary>
    /// <param name="start">DTSTART in civil seconds.</param>
    /// <param name="last">The last civil second that may be an instance.</param>
    public static RulePlan Compile(in RuleBits rule, long start, bool dateOnly, long last)
    {
        var day = (int)(start / Gregorian.SecondsPerDay);
        var parts = ImpliedParts.Days(rule, day);
        var times = ImpliedParts.Times(rule, (int)(start % Gregorian.SecondsPerDay), dateOnly);
        last = Math.Min(last, Gregorian.EndOfTime - 1);
        var positions = rule.Has(RuleParts.BySetPos) ? new SetPositions(rule.Positions) : null;

        // Every period of a DAILY or finer rule holds the same times: BYSETPOS chooses among them once and for all.
        if (positions is not null && rule.Frequency <= Frequency.Daily)
            (times, positions) = (times.Select(rule.Positions), null);
        if (rule.Frequency < Frequency.Daily)
            return SubDaily(rule, start, last, parts, times);
        var shape = Coarsened(rule, parts, day, positions is null);
        if (shape.Kind == PeriodKind.Grid)
            return Grid(start, last, parts, times, shape.Origin * (long)Gregorian.SecondsPerDay, shape.Interval * Gregorian.SecondsPerDay, TimeLimits.None);
        var lastPeriod = last < start ? -1 : RulePlan.PeriodOf(shape.Kind, (int)(last / Gregorian.SecondsPerDay), parts.WeekStart);
        return new RulePlan
        {
            Kind = shape.Kind,
            Start = start,
            Last = last,
            Times = times,
            Parts = parts,
            Days = new DayMasks(parts),
            Positions = positions,
            FirstPeriod = RulePlan.PeriodOf(shape.Kind, day, parts.WeekStart),
            // SKIP can bring a day back from the period after.
            LastPeriod = Math.Min(lastPeriod + (parts.Skip == SkipMode.Omit ? 0 : 1), Highest(shape.Kind)),
            Interval = shape.Interval,
            Cycle = Cycle(shape.Kind, shape.Interval),
        };
    }

    /// <summary>Visited periods until the calendar repeats itself.</summary>
    static int Cycle(PeriodKind kind, long interval)
    {
        var cycle = kind switch { PeriodKind.Week => Gregorian.CycleWeeks, PeriodKind.Month => Gregorian.CycleMonths, _ => Gregorian.CycleYears };
        return (int)(cycle / Arithmetic.Gcd(cycle, interval));
    }

    static long Highest(PeriodKind kind) => kind switch
    {
        PeriodKind.Week => (Gregorian.LastDay / 7) + 1,
        PeriodKind.Month => (Gregorian.MaxYear * 12L) + 11,
        // The last days of 9999 may belong to week 1 of the year after.
        PeriodKind.WeekYear => Gregorian.MaxYear + 1,
        _ => Gregorian.MaxYear,
    };

    /// <summary>
    /// Without BYSETPOS only the days of a period matter, not where it starts: a rule that visits every week or month walks whole years, and months
    /// that come every year are a BYMONTH. What remains are real intervals.
    /// </summary>
    static (PeriodKind Kind, long Interval, int Origin) Coarsened(in RuleBits rule, DayParts parts, int startDay, bool free)
    {
        free &= parts.Skip == SkipMode.Omit;
        var interval = rule.Interval;
        switch (rule.Frequency)
        {
            case Frequency.Daily:
                return interval == 1 && parts.LimitDays ? (PeriodKind.Year, 1, 0) : (PeriodKind.Grid, interval, startDay);
            case Frequency.Weekly when free && BitOperations.IsPow2(parts.Weekdays) && parts.Months == DayParts.AllMonths && !parts.HasYearDays:
                var weekday = (BitOperations.TrailingZeroCount(parts.Weekdays) - parts.WeekStart + 7) % 7;
                parts.Weekdays = 0;
                return (PeriodKind.Grid, interval * 7L, Gregorian.WeekStart(startDay, parts.WeekStart) + weekday);
            case Frequency.Weekly:
                return free && interval == 1 ? (PeriodKind.Year, 1, 0) : (PeriodKind.Week, interval, 0);
            case Frequency.Monthly when free && (12 % interval == 0 || interval % 12 == 0):
                parts.Months &= MonthsVisited(startDay, interval);
                return (PeriodKind.Year, Math.Max(interval / 12, 1), 0);
            case Frequency.Monthly:
                return (PeriodKind.Month, interval, 0);
            default:
                return (parts.HasWeeks ? PeriodKind.WeekYear : PeriodKind.Year, interval, 0);
        }
    }

    static ulong MonthsVisited(int startDay, int interval)
    {
        var year = Gregorian.YearOf(startDay);
        var first = Gregorian.MonthOf(year, startDay - Gregorian.YearStart(year));
        var months = 0UL;
        for (var month = 1; month <= 12; month++)
            if ((month - first) % interval == 0)
                months |= 1UL << month;
        return months;
    }

    static RulePlan SubDaily(in RuleBits rule, long start, long last, DayParts parts, TimeTable times)
    {
        var unit = rule.Frequency switch { Frequency.Hourly => 3600, Frequency.Minutely => 60, _ => 1 };
        var limits = new TimeLimits(
            rule.Hours != 0 ? rule.Hours : TimeLimits.AllHours,
            rule.Frequency <= Frequency.Minutely && rule.Minutes != 0 ? rule.Minutes : TimeLimits.AllMinutes,
            rule.Frequency == Frequency.Secondly && rule.Seconds != 0 ? rule.Seconds : TimeLimits.AllMinutes);
        return Grid(start, last, parts, times, start - (start % unit), (long)unit * rule.Interval, limits);
    }

    static RulePlan Grid(long start, long last, DayParts parts, TimeTable times, long origin, long step, TimeLimits limits) => new()
    {
        Kind = PeriodKind.Grid,
        Start = start,
        Last = last,
        Times = times,
        Parts = parts,
        Days = parts.LimitDays ? new DayMasks(parts) : null,
        Origin = origin,
        Step = step,
        Limits = limits,
    };
}
