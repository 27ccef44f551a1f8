using NodaTime;

namespace Mana.Apps.Calendar.Ics;

/// <summary>DATE and DATE-TIME of RFC 5545 3.3.4 and 3.3.5, both ways.</summary>
internal static class IcsTimeText
{
    /// <summary>One value of a property with its parameters; null when it is no date.</summary>
    public static IcsTime? Read(string text, string? tzid)
    {
        text = text.Trim();
        if (text.Length < 8 || !Number(text, 0, 4, out var year) || !Number(text, 4, 2, out var month) || !Number(text, 6, 2, out var day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > CalendarSystem.Iso.GetDaysInMonth(year, month))
            return null;
        var date = new LocalDate(year, month, day);
        if (text.Length == 8)
            return IcsTime.Date(date);
        if (text[8] is not ('T' or 't') || text.Length is < 15 or > 16 || !Number(text, 9, 2, out var hour) || !Number(text, 11, 2, out var minute) || !Number(text, 13, 2, out var second)
            || hour > 23 || minute > 59 || second > 60)
            return null;
        // 60 is a leap second, which no zone here knows (RFC 5545 3.3.12).
        var time = date + new LocalTime(hour, minute, Math.Min(second, 59));
        if (text.Length == 16)
            return text[15] is 'Z' or 'z' ? new IcsTime(time, IcsTimeKind.Utc) : null;
        return string.IsNullOrWhiteSpace(tzid) ? new IcsTime(time, IcsTimeKind.Floating) : new IcsTime(time, IcsTimeKind.Zoned, tzid.Trim());
    }

    public static string Write(IcsTime time)
    {
        var v = time.Civil;
        var date = $"{v.Year:D4}{v.Month:D2}{v.Day:D2}";
        return time.IsDate ? date : $"{date}T{v.Hour:D2}{v.Minute:D2}{v.Second:D2}{(time.Kind == IcsTimeKind.Utc ? "Z" : "")}";
    }

    public static string Write(Instant instant) => Write(IcsTime.Utc(instant));

    static bool Number(string text, int from, int count, out int number)
    {
        number = 0;
        for (var i = from; i < from + count; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            number = (number * 10) + text[i] - '0';
        }

        return true;
    }
}
