using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Parsing;

namespace Mana.Recurrence.Planning;

/// <summary>UNTIL as a number (RFC 5545 3.3.10; compute.md 6.6): inclusive, a DATE to the end of its day.</summary>
internal static class RuleBounds
{
    /// <summary>No zone is further from UTC than 18 hours; a gap moves a time by at most a day.</summary>
    const long Furthest = 2L * Gregorian.SecondsPerDay;

    /// <summary>The last civil second, when civil time is all there is.</summary>
    public static long Last(in RuleBits rule)
    {
        if (!rule.Has(RuleParts.Until))
            return long.MaxValue;
        var second = Gregorian.SecondOf(rule.Until.Value);
        return rule.Until.Kind == UntilKind.Date ? second + Gregorian.SecondsPerDay - 1 : second;
    }

    /// <summary>A civil second that no instance is after, in whatever zone: where to stop looking. An UNTIL in UTC is compared as an instant.</summary>
    public static long LastInAnyZone(in RuleBits rule) =>
        rule.Has(RuleParts.Until) && rule.Until.Kind == UntilKind.Utc ? Last(rule) + Furthest : Last(rule);

    /// <summary>The last instant, in seconds of UTC; west of Greenwich the calendar ends before its last civil day does.</summary>
    public static long LastInstant(in RuleBits rule) => rule.Has(RuleParts.Until) && rule.Until.Kind == UntilKind.Utc ? Math.Min(Last(rule), Gregorian.EndOfTime - 1) : Gregorian.EndOfTime - 1;
}
