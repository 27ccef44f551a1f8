using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Parsing;

/// <summary>DATE and DATE-TIME of RFC 5545 3.3.4 and 3.3.5: <c>20260101</c>, <c>20260101T090000</c>, <c>20260101T090000Z</c>.</summary>
internal static class DateText
{
    public enum Outcome
    {
        Read,
        Format,
        Date,
        Time,
    }

    public static Outcome Read(ReadOnlySpan<char> text, out UntilKind kind, out LocalDateTime value)
    {
        (kind, value) = (default, default);
        if (text.Length is not (8 or 15 or 16) || text[..8].ContainsAnyExceptInRange('0', '9'))
            return Outcome.Format;
        var (hour, minute, second) = (0, 0, 0);
        if (text.Length > 8)
        {
            if (text[8] is not ('T' or 't') || text[9..15].ContainsAnyExceptInRange('0', '9') || (text.Length == 16 && text[15] is not ('Z' or 'z')))
                return Outcome.Format;
            kind = text.Length == 16 ? UntilKind.Utc : UntilKind.Local;
            (hour, minute, second) = (Number(text[9..11]), Number(text[11..13]), Number(text[13..15]));
        }

        var (year, month, day) = (Number(text[..4]), Number(text[4..6]), Number(text[6..8]));
        if (year == 0 || month is 0 or > 12 || day == 0 || day > CalendarSystem.Iso.GetDaysInMonth(year, month))
            return Outcome.Date;
        if (hour > 23 || minute > 59 || second > 60)
            return Outcome.Time;
        value = new LocalDateTime(year, month, day, hour, minute, Math.Min(second, 59));
        return Outcome.Read;
    }

    static int Number(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var digit in digits)
            value = (value * 10) + digit - '0';
        return value;
    }
}
