using System.Numerics;
using Mana.Recurrence.Calendar;
using Mana.Recurrence.Planning;

namespace Mana.Recurrence.Walking;

/// <summary>The allowed days of one week, month, year or week-year.</summary>
internal static class PeriodDays
{
    /// <summary>The number of the week that only some years have.</summary>
    const int LongYear = 53;

    /// <summary>Fetches the days of a period.</summary>
    /// <param name="first">The day of bit 0.</param>
    public static void Read(RulePlan plan, long period, ref DayBits days, out int first)
    {
        switch (plan.Kind)
        {
            case PeriodKind.Year:
                first = Gregorian.YearStart((int)period) - DayMasks.Lead;
                days = plan.Days!.Of((int)period);
                return;
            case PeriodKind.Week:
                first = ((int)period * 7) - 7 + plan.Parts.WeekStart;
                days = default;
                days[0] = plan.Days!.Slice(first, 7);
                return;
            case PeriodKind.Month:
                days = default;
                ReadMonth(plan, (int)(period / 12), (int)(period % 12) + 1, ref days, out first);
                return;
            default:
                days = default;
                ReadWeekYear(plan, (int)period, ref days, out first);
                return;
        }
    }

    static void ReadMonth(RulePlan plan, int year, int month, ref DayBits days, out int first)
    {
        var type = Gregorian.YearType(year);
        var start = Gregorian.MonthStart(type, month);
        var length = Gregorian.MonthLength(type, month);
        first = Gregorian.YearStart(year) + start;
        if (!plan.Skips || !plan.Parts.HasMonthDays)
        {
            days[0] = plan.Days!.Of(year).Extract(start + DayMasks.Lead, length);
            return;
        }

        // A day that SKIP moved belongs to the month that it was moved out of.
        if ((plan.Parts.Months >> month & 1) != 0)
        {
            days[0] = DayMaskBuilder.MonthDays(plan.Parts, length);
            if (plan.Parts.HasWeekdays)
                days[0] &= DayMaskBuilder.WeekdaysOfMonth(plan.Parts, first, length);
        }

        first--;
    }

    /// <summary>Weeks of a week-year reach up to three days into the years beside it (RFC 5545 3.3.10, BYWEEKNO).</summary>
    static void ReadWeekYear(RulePlan plan, int year, ref DayBits days, out int first)
    {
        first = Gregorian.WeekYearStart(year, plan.Parts.WeekStart);
        var weeks = plan.Parts.Weeks.FromStart[0];
        var fromEnd = plan.Parts.Weeks.FromEnd[0];
        if (fromEnd != 0 || weeks >> LongYear != 0)
        {
            var count = (Gregorian.WeekYearStart(year + 1, plan.Parts.WeekStart) - first) / 7;
            for (; fromEnd != 0; fromEnd &= fromEnd - 1)
                if (count + 1 - BitOperations.TrailingZeroCount(fromEnd) is var week and > 0)
                    weeks |= 1UL << week;
            if (count < LongYear)
                weeks &= (1UL << LongYear) - 1;
        }

        for (; weeks != 0; weeks &= weeks - 1)
        {
            var week = BitOperations.TrailingZeroCount(weeks) - 1;
            days.AddPattern(plan.Days!.Slice(first + (week * 7), 7), week * 7);
        }
    }
}
