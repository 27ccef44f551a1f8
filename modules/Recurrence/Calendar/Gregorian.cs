using NodaTime;

namespace Mana.Recurrence.Calendar;

/// <summary>
/// The proleptic Gregorian calendar on plain integers. Day 0 is Monday, 1 January 0001; a civil time is a count of seconds since its midnight.
/// A year is fully described by the weekday of its 1 January and whether it is a leap year: 14 types. It repeats after 400 years, which are
/// 4,800 months, 20,871 weeks or 146,097 days.
/// </summary>
internal static class Gregorian
{
    public const int MinYear = 1;
    public const int MaxYear = 9999;
    public const int LastDay = 3_652_058;
    public const int SecondsPerDay = 86_400;
    public const int YearTypes = 14;
    public const int LeapYears = 7;
    public const int CycleYears = 400;
    public const int CycleMonths = 4_800;
    public const int CycleWeeks = 20_871;
    public const int CycleDays = 146_097;

    /// <summary>The first second after 9999-12-31: nothing is generated from there on.</summary>
    public const long EndOfTime = (LastDay + 1L) * SecondsPerDay;

    const int UnixEpochDay = 719_162;
    const long UnixEpoch = (long)UnixEpochDay * SecondsPerDay;

    // Two years more on each side, from year -1 on: weeks of the first and last year reach into them.
    const int FirstYear = -1;

    static readonly int[] Starts = MakeStarts();
    static readonly byte[] Types = MakeTypes();
    static readonly ushort[] MonthStarts = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366];
    static readonly byte[] MonthOfDay = MakeMonthOfDay();

    /// <summary>The day number of 1 January.</summary>
    public static int YearStart(int year) => Starts[year - FirstYear];

    /// <summary>Weekday of 1 January (Monday = 0), plus 7 in a leap year.</summary>
    public static int YearType(int year) => Types[year - FirstYear];

    public static int YearLength(int type) => type >= LeapYears ? 366 : 365;

    /// <summary>Days of the year before the month (1..13).</summary>
    public static int MonthStart(int type, int month) => MonthStarts[(type >= LeapYears ? 13 : 0) + month - 1];

    public static int MonthLength(int type, int month) => MonthStart(type, month + 1) - MonthStart(type, month);

    public static int Weekday(int day) => (day + 7) % 7;

    public static int YearOf(int day)
    {
        var year = (int)(((day * 400L) + 591) / CycleDays) + 1;
        if (day < YearStart(year))
            year--;
        else if (day >= YearStart(year + 1))
            year++;
        return year;
    }

    public static int MonthOf(int year, int dayOfYear) => MonthOfDay[(YearType(year) >= LeapYears ? 366 : 0) + dayOfYear];

    /// <summary>The day on which the week that holds the given day starts.</summary>
    public static int WeekStart(int day, int firstWeekday) => day - ((Weekday(day) - firstWeekday + 7) % 7);

    /// <summary>The first day of week 1 of a week-year: the first week with at least four days in the year (RFC 5545 3.3.10, BYWEEKNO).</summary>
    public static int WeekYearStart(int year, int firstWeekday)
    {
        var newYear = YearStart(year);
        var week = WeekStart(newYear, firstWeekday);
        return newYear - week <= 3 ? week : week + 7;
    }

    public static int WeekYearOf(int day, int firstWeekday)
    {
        var year = YearOf(day);
        if (day < WeekYearStart(year, firstWeekday))
            return year - 1;
        return year <= MaxYear && day >= WeekYearStart(year + 1, firstWeekday) ? year + 1 : year;
    }

    /// <summary>Dates before the year 0 are all the same to a calendar that starts with the year 1.</summary>
    public static int DayOf(LocalDate date) => date.Year < 0 ? YearStart(0) - 1 : YearStart(date.Year) + date.DayOfYear - 1;

    public static long SecondOf(LocalDateTime time) =>
        (DayOf(time.Date) * (long)SecondsPerDay) + (time.TickOfDay / NodaConstants.TicksPerSecond);

    public static LocalDate ToDate(int day)
    {
        var year = YearOf(day);
        var dayOfYear = day - YearStart(year);
        var month = MonthOf(year, dayOfYear);
        return new LocalDate(year, month, dayOfYear - MonthStart(YearType(year), month) + 1);
    }

    /// <summary>Times outside the calendar become its first or last one: dates of other zones can be, rules are not.</summary>
    public static LocalDateTime ToLocal(long second)
    {
        second = Math.Clamp(second, 0, EndOfTime - 1);
        var day = (int)(second / SecondsPerDay);
        return ToDate(day).At(LocalTime.FromSecondsSinceMidnight((int)(second - (day * (long)SecondsPerDay))));
    }

    /// <summary>Read as UTC; what is beyond the calendar becomes its last second.</summary>
    public static Instant ToInstant(long second) => Instant.FromUnixTimeSeconds(Math.Clamp(second, -SecondsPerDay, EndOfTime - 1) - UnixEpoch);

    public static long SecondOf(Instant instant) => instant.ToUnixTimeSeconds() + UnixEpoch;

    static int[] MakeStarts()
    {
        var starts = new int[MaxYear + 3 - FirstYear];
        for (var i = 0; i < starts.Length; i++)
        {
            var before = i + FirstYear - 1;
            starts[i] = (before * 365) + Floor(before, 4) - Floor(before, 100) + Floor(before, 400);
        }

        return starts;
    }

    static byte[] MakeTypes()
    {
        var types = new byte[Starts.Length - 1];
        for (var i = 0; i < types.Length; i++)
            types[i] = (byte)(Arithmetic.Mod(Starts[i], 7) + (Starts[i + 1] - Starts[i] == 366 ? LeapYears : 0));
        return types;
    }

    static byte[] MakeMonthOfDay()
    {
        var months = new byte[365 + 1 + 366];
        foreach (var type in (int[])[0, LeapYears])
            for (var month = 1; month <= 12; month++)
                for (var day = MonthStart(type, month); day < MonthStart(type, month + 1); day++)
                    months[(type > 0 ? 366 : 0) + day] = (byte)month;
        return months;
    }

    static int Floor(int value, int by) => (int)Math.Floor(value / (double)by);
}
