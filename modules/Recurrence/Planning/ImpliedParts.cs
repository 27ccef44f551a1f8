using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Parsing;

namespace Mana.Recurrence.Planning;

/// <summary>
/// "Information missing from the rule is taken from DTSTART" (RFC 5545 3.3.10, last paragraph of the examples; spelled out in RFC 8984 4.3.3).
/// </summary>
internal static class ImpliedParts
{
    public static DayParts Days(in RuleBits rule, int startDay)
    {
        var parts = new DayParts
        {
            MonthDays = rule.MonthDays,
            YearDays = rule.YearDays,
            Weeks = rule.Weeks,
            Weekdays = rule.Weekdays,
            Ordinals = rule.Ordinals ?? [],
            OrdinalsInMonth = rule.Frequency == Frequency.Monthly || rule.Months != 0,
            Skip = rule.Frequency >= Frequency.Monthly ? rule.Skip : SkipMode.Omit,
            WeekStart = rule.WeekStart,
            HasMonthDays = rule.Has(RuleParts.ByMonthDay),
            HasYearDays = rule.Has(RuleParts.ByYearDay),
            HasWeeks = rule.Has(RuleParts.ByWeekNo),
        };
        if (rule.Months != 0)
            parts.Months = rule.Months;
        switch (rule.Frequency)
        {
            case Frequency.Weekly when !parts.HasWeekdays:
                parts.Weekdays = 1U << Gregorian.Weekday(startDay);
                break;
            case Frequency.Monthly when !parts.HasWeekdays && !parts.HasMonthDays && !parts.HasYearDays:
                AddMonthDay(parts, startDay);
                break;
            case Frequency.Yearly when !parts.HasYearDays:
                ImplyInYear(parts, rule, startDay);
                break;
        }

        return parts;
    }

    static void ImplyInYear(DayParts parts, in RuleBits rule, int startDay)
    {
        var byDay = parts.HasWeekdays;
        var byMonthDay = parts.HasMonthDays;
        if (rule.Months == 0 && !parts.HasWeeks && (byMonthDay || !byDay))
        {
            var year = Gregorian.YearOf(startDay);
            parts.Months = 1UL << Gregorian.MonthOf(year, startDay - Gregorian.YearStart(year));
            parts.OrdinalsInMonth = true;
        }

        if (!byMonthDay && !parts.HasWeeks && !byDay)
            AddMonthDay(parts, startDay);
        if (parts.HasWeeks && !byMonthDay && !byDay)
            parts.Weekdays = 1U << Gregorian.Weekday(startDay);
    }

    static void AddMonthDay(DayParts parts, int startDay)
    {
        var days = new SignedSet();
        days.Add(Gregorian.ToDate(startDay).Day);
        parts.MonthDays = days;
        parts.HasMonthDays = true;
    }

    /// <summary>Times inside one period of the rule: the units below the frequency that are not given come from DTSTART.</summary>
    public static TimeTable Times(in RuleBits rule, int startSecond, bool dateOnly)
    {
        if (dateOnly)
            return new TimeTable(1, 1, 1);
        var hours = rule.Frequency >= Frequency.Daily ? Or(rule.Hours, startSecond / 3600) : 1;
        var minutes = rule.Frequency >= Frequency.Hourly ? Or(rule.Minutes, startSecond / 60 % 60) : 1;
        var seconds = rule.Frequency >= Frequency.Minutely ? Or(rule.Seconds, startSecond % 60) : 1;
        return new TimeTable(hours, minutes, seconds);
    }

    static ulong Or(ulong given, int implied) => given != 0 ? given : 1UL << implied;
}
