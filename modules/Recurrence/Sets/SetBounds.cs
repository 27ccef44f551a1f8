using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Sets;

/// <summary>Where the dates of a set are, in seconds of UTC.</summary>
internal static class SetBounds
{
    /// <summary>No instance starts before it. A day of margin covers zones.</summary>
    public static long Earliest(RecurrenceSet set)
    {
        var earliest = Gregorian.SecondOf(set.Start.Civil);
        foreach (var date in set.RDates)
            earliest = Math.Min(earliest, Gregorian.SecondOf(date.Start.Civil));
        foreach (var change in set.Overrides)
            earliest = Math.Min(earliest, Gregorian.SecondOf((change.Start ?? change.RecurrenceId).Civil) - Shift(change));
        return earliest - (2 * Gregorian.SecondsPerDay);
    }

    /// <summary>Nothing but one rule: what it gives can be counted.</summary>
    public static bool IsSingleRule(RecurrenceSet set) =>
        set is { Rules.Count: 1, RDates.Count: 0, ExDates.Count: 0, ExRules.Count: 0, Overrides.Count: 0, StartPolicy: StartPolicy.MatchingOnly };

    /// <summary>The second of UTC that a date of the set means (compute.md 6.7), and whether its civil time exists.</summary>
    public static long SecondOf(RecurrenceSet set, SeriesDate date, out bool exists)
    {
        var zone = date.IsDate || set.Start.Kind == StartKind.Date ? set.Start.Zone : date.Zone ?? set.Start.Zone;
        var map = new Zones.ZoneMap(zone, set.Overlap);
        exists = map.TryMap(Gregorian.SecondOf(date.Civil), out var second);
        return second;
    }

    static long Shift(OccurrenceOverride change) =>
        change is { ThisAndFuture: true, Start: { } start } ? Math.Abs(Gregorian.SecondOf(start.Civil) - Gregorian.SecondOf(change.RecurrenceId.Civil)) : 0;
}
