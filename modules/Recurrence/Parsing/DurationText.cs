using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Parsing;

/// <summary>DURATION of RFC 5545 3.3.6: <c>P1W</c>, <c>P2DT3H</c>, <c>PT90M</c>. Weeks and days are of the calendar, the rest is exact.</summary>
internal static class DurationText
{
    const int MostDigits = 9;

    public static SeriesDuration? Read(ReadOnlySpan<char> text)
    {
        if (text is ['+', ..])
            text = text[1..];
        if (text is not ['P' or 'p', _, ..])
            return null;
        var (days, time, inTime, any) = (0L, Duration.Zero, false, false);
        for (text = text[1..]; !text.IsEmpty;)
        {
            if (text[0] is 'T' or 't' && !inTime && text.Length > 1)
            {
                inTime = true;
                text = text[1..];
                continue;
            }

            var digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > MostDigits)
                return null;
            var value = int.Parse(text[..digits], System.Globalization.CultureInfo.InvariantCulture);
            switch (char.ToUpperInvariant(text[digits]))
            {
                case 'W' when !inTime: days += value * 7L; break;
                case 'D' when !inTime: days += value; break;
                case 'H' when inTime: time += Duration.FromHours(value); break;
                case 'M' when inTime: time += Duration.FromMinutes(value); break;
                case 'S' when inTime: time += Duration.FromSeconds(value); break;
                default: return null;
            }

            any = true;
            text = text[(digits + 1)..];
        }

        return any && days <= Calendar.Gregorian.LastDay && time.TotalDays <= Calendar.Gregorian.LastDay ? SeriesDuration.Nominal((int)days, time) : null;
    }
}
