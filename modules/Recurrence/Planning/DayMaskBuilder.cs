using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Planning;

/// <summary>Builds the mask of one type of year: every day-level part is a set of days, and the mask is their intersection.</summary>
internal static class DayMaskBuilder
{
    const int Lead = DayMasks.Lead;

    /// <summary>Row r holds every bit whose number is r modulo 7.</summary>
    static readonly DayBits[] EverySeventh = MakeEverySeventh();

    public static DayBits Build(DayParts parts, int type)
    {
        var days = new DayBits();
        if (parts.HasMonthDays)
            AddMonthDays(ref days, parts, type);
        else if (!parts.HasYearDays || parts.Months != DayParts.AllMonths)
            AddMonths(ref days, parts.Months, type);
        else
            days.AddRange(0, DayBits.Capacity);
        if (parts.HasYearDays)
            days.IntersectWith(YearDays(parts, type));
        if (parts.HasWeekdays)
            days.IntersectWith(Weekdays(parts, type));
        return days;
    }

    /// <summary>
    /// The days of one month, as bits from the day before its first day (bit 0) to the day after its last: SKIP moves a day that the month does
    /// not have to one of its borders (RFC 7529 4.1), after BYMONTHDAY and before BYDAY.
    /// </summary>
    public static ulong MonthDays(DayParts parts, int length)
    {
        var real = ((1UL << length) - 1) << 1;
        var wanted = parts.MonthDays.FromStart[0];
        var days = wanted & real;
        var fromEnd = parts.MonthDays.FromEnd[0];
        for (var bits = fromEnd & real; bits != 0; bits &= bits - 1)
            days |= 1UL << (length + 1 - System.Numerics.BitOperations.TrailingZeroCount(bits));
        if (parts.Skip == SkipMode.Omit)
            return days;
        var forward = parts.Skip == SkipMode.Forward;
        if ((wanted & ~real) != 0)
            days |= 1UL << (forward ? length + 1 : length);
        if ((fromEnd & ~real) != 0)
            days |= forward ? 2UL : 1UL;
        return days;
    }

    /// <summary>BYDAY for the month that starts at the given day, in the bits of <see cref="MonthDays"/>.</summary>
    public static ulong WeekdaysOfMonth(DayParts parts, int firstDay, int length)
    {
        var bits = new DayBits();
        AddPattern(ref bits, parts.Weekdays, Gregorian.Weekday(firstDay));
        AddOrdinals(ref bits, parts.Ordinals, Gregorian.Weekday(firstDay), 0, length);
        return bits[0];
    }

    static void AddMonths(ref DayBits days, ulong months, int type)
    {
        if (months == DayParts.AllMonths)
        {
            days.AddRange(Lead, Gregorian.YearLength(type));
            return;
        }

        for (var month = 1; month <= 12; month++)
            if ((months >> month & 1) != 0)
                days.AddRange(Gregorian.MonthStart(type, month) + Lead, Gregorian.MonthLength(type, month));
    }

    static void AddMonthDays(ref DayBits days, DayParts parts, int type)
    {
        for (var month = 1; month <= 12; month++)
            if ((parts.Months >> month & 1) != 0)
                days.AddPattern(MonthDays(parts, Gregorian.MonthLength(type, month)), Gregorian.MonthStart(type, month) + Lead - 1);
    }

    static DayBits YearDays(DayParts parts, int type)
    {
        var length = Gregorian.YearLength(type);
        var days = new DayBits();
        var wanted = parts.YearDays.FromStart;
        for (var day = wanted.Next(1); day > 0; day = wanted.Next(day + 1))
            if (day <= length)
                days.Add(day);
            else if (parts.Skip != SkipMode.Omit)
                days.Add(parts.Skip == SkipMode.Forward ? length + 1 : length);
        wanted = parts.YearDays.FromEnd;
        for (var day = wanted.Next(1); day > 0; day = wanted.Next(day + 1))
            if (day <= length)
                days.Add(length + 1 - day);
            else if (parts.Skip != SkipMode.Omit)
                days.Add(parts.Skip == SkipMode.Forward ? 1 : 0);
        return days;
    }

    static DayBits Weekdays(DayParts parts, int type)
    {
        var newYear = type % Gregorian.LeapYears;
        var days = new DayBits();
        AddPattern(ref days, parts.Weekdays, newYear);
        if (!parts.OrdinalsInMonth)
            AddOrdinals(ref days, parts.Ordinals, newYear, 0, Gregorian.YearLength(type));
        else if (parts.Ordinals.Length > 0)
            for (var month = 1; month <= 12; month++)
            {
                var start = Gregorian.MonthStart(type, month);
                AddOrdinals(ref days, parts.Ordinals, (newYear + start) % 7, start, Gregorian.MonthLength(type, month));
            }

        return days;
    }

    /// <summary>Every day of these weekdays, when the day at bit 1 has the given weekday.</summary>
    static void AddPattern(ref DayBits days, uint weekdays, int first)
    {
        for (var weekday = 0; weekday < 7; weekday++)
            if ((weekdays >> weekday & 1) != 0)
                days.UnionWith(EverySeventh[(weekday - first + Lead + 7) % 7]);
    }

    /// <summary>The n-th weekdays of a month or year that starts at the given offset on the given weekday.</summary>
    static void AddOrdinals(ref DayBits days, WeekdayNum[] ordinals, int first, int offset, int length)
    {
        foreach (var ordinal in ordinals)
        {
            var day = (ordinal.Index - first + 7) % 7;
            if (ordinal.Ordinal > 0)
                day += 7 * (ordinal.Ordinal - 1);
            else
                day += 7 * (((length - 1 - day) / 7) + 1 + ordinal.Ordinal);
            if (day >= 0 && day < length)
                days.Add(offset + day + Lead);
        }
    }

    static DayBits[] MakeEverySeventh()
    {
        var rows = new DayBits[7];
        for (var bit = 0; bit < DayBits.Capacity; bit++)
            rows[bit % 7].Add(bit);
        return rows;
    }
}
