using System.Globalization;

namespace Mana.Sync.Wire;

/// <summary>
/// RFC 3339 timestamps as µs since 1970-01-01 UTC. Fractions up to nine digits are read and cut to microseconds;
/// written instants have fixed width, so that they also sort as strings (sync.md 2.12).
/// </summary>
internal static class Rfc3339
{
    public const int MicrosLength = 27;
    const long MicrosPerSecond = 1_000_000;

    public static bool TryParse(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' || text[10] is not ((byte)'T' or (byte)'t' or (byte)' '))
            return false;
        if (!Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour) || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
            return false;

        var rest = text[19..];
        if (!Fraction(ref rest, out var fraction) || !Offset(rest, out var offsetMinutes))
            return false;
        // A leap second (:60) is the first instant of the next minute; RFC 3339 5.6 allows it.
        var ticks = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks;
        micros = (ticks / TimeSpan.TicksPerMicrosecond) + (second * MicrosPerSecond) + fraction - (offsetMinutes * 60L * MicrosPerSecond);
        return true;
    }

    /// <summary><c>2026-04-26T10:06:15.123456Z</c>: cursors.</summary>
    public static string FormatMicros(long micros) =>
        DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>"2026-04-26T10:06:15.123Z"</c> with its quotes: times that the server gives to fields, in the width that clients write.</summary>
    public static byte[] QuotedMillis(long micros) => System.Text.Encoding.ASCII.GetBytes(
        DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString("'\"'yyyy-MM-dd'T'HH:mm:ss.fff'Z\"'", CultureInfo.InvariantCulture));

    /// <summary>To the microsecond, with its quotes.</summary>
    public static byte[] Quoted(long micros) => System.Text.Encoding.ASCII.GetBytes($"\"{FormatMicros(micros)}\"");

    static bool Fraction(ref ReadOnlySpan<byte> rest, out long micros)
    {
        micros = 0;
        if (rest[0] != '.')
            return true;
        var digits = 0;
        while (digits + 1 < rest.Length && rest[digits + 1] is >= (byte)'0' and <= (byte)'9')
        {
            if (digits < 6)
                micros = (micros * 10) + (rest[digits + 1] - '0');
            digits++;
        }

        for (var i = digits; i < 6; i++)
            micros *= 10;
        rest = rest[(digits + 1)..];
        return digits is >= 1 and <= 9 && !rest.IsEmpty;
    }

    static bool Offset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1)
            return text[0] is (byte)'Z' or (byte)'z';
        // A space stands for a '+' that was not percent-encoded in a query string (sync.md 7).
        if (text.Length != 6 || text[3] != ':' || text[0] is not ((byte)'+' or (byte)'-' or (byte)' '))
            return false;
        if (!Digits(text[1..3], out var hours) || !Digits(text[4..6], out var rest) || hours > 23 || rest > 59)
            return false;
        minutes = ((hours * 60) + rest) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
