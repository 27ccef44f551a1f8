using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Walking;
using NodaTime;

namespace Mana.Recurrence.Zones;

/// <summary>Finds the place of an instant in civil time, and how many instances come before it, without walking there.</summary>
internal readonly struct ZoneSeek(DateTimeZone? zone, GapPolicy gap, OverlapPolicy overlap)
{
    /// <summary>Further from a transition than any gap or overlap is long.</summary>
    const long Quiet = 26 * 3600;

    /// <summary>A civil second that no instance at or after the instant is before; as late as that allows.</summary>
    public long LocalAt(long instant)
    {
        if (zone is null || instant < 0 || instant >= Gregorian.EndOfTime)
            return instant;
        var interval = zone.GetZoneInterval(Gregorian.ToInstant(instant));
        var offset = interval.WallOffset.Seconds;
        if (!interval.HasStart || instant - Gregorian.SecondOf(interval.Start) >= Quiet)
            return instant + offset;
        var previous = zone.GetZoneInterval(interval.Start - Duration.Epsilon).WallOffset.Seconds;
        // Just behind a gap, civil times inside it still become instants from here on.
        return instant + (instant - Gregorian.SecondOf(interval.Start) < offset - previous ? previous : offset);
    }

    /// <summary>Distinct instants of the plan before the given one; stops above <paramref name="enough"/>.</summary>
    public long CountBefore(RulePlan plan, long instant, long enough, WorkBudget? budget)
    {
        if (instant <= plan.Start - (2 * Quiet))
            return 0;
        instant = Math.Min(instant, Gregorian.EndOfTime - 1);
        if (zone is null || zone is { MinOffset: var least, MaxOffset: var most } && least == most)
            return Counting.Between(plan, plan.Start, instant + (zone?.MinOffset.Seconds ?? 0), enough, budget);
        var anchor = QuietSecondBefore(instant);
        var count = anchor <= plan.Start ? 0 : Counting.Between(plan, plan.Start, anchor, enough, budget) - LostInGaps(plan, anchor);
        var cursor = new ZonedCursor(plan, zone, gap, overlap, Math.Max(anchor, plan.Start), budget);
        while (count <= enough && cursor.MoveNext(out var next, out _) && next < instant && budget?.Spend() != false)
            count++;
        return count;
    }

    /// <summary>A civil second, not long before the instant, at which civil time and instants are in step.</summary>
    long QuietSecondBefore(long instant)
    {
        if (instant < Quiet)
            return 0;
        var interval = zone!.GetZoneInterval(Gregorian.ToInstant(instant));
        if (interval.HasStart && instant - Gregorian.SecondOf(interval.Start) < Quiet)
            return Gregorian.SecondOf(interval.Start) - (2 * Quiet);
        var local = instant + interval.WallOffset.Seconds;
        return interval.HasEnd && Gregorian.SecondOf(interval.End) - instant < Quiet ? local - Quiet : local;
    }

    /// <summary>
    /// Civil instances before the anchor that are no instants of their own: in a gap, those that are left out, or that become the same instant as one behind
    /// the gap.
    /// </summary>
    long LostInGaps(RulePlan plan, long anchor)
    {
        var lost = 0L;
        var from = Gregorian.ToInstant(Math.Max(plan.Start - (2 * Quiet), 0));
        var before = Gregorian.ToInstant(Math.Min(Math.Min(anchor, plan.Last) + Quiet, Gregorian.EndOfTime - 1));
        NodaTime.TimeZones.ZoneInterval? previous = null;
        foreach (var interval in zone!.GetZoneIntervals(from, before))
        {
            if (previous is not null && interval.WallOffset > previous.WallOffset)
            {
                var start = Gregorian.SecondOf(interval.Start) + previous.WallOffset.Seconds;
                lost += LostInGap(plan, start, interval.WallOffset.Seconds - previous.WallOffset.Seconds, anchor);
            }

            previous = interval;
        }

        return lost;
    }

    long LostInGap(RulePlan plan, long start, long width, long anchor)
    {
        var lost = 0L;
        var cursor = new RuleCursor(plan, start, null);
        while (cursor.MoveNext(out var time) && time < Math.Min(start + width, anchor))
            if (gap == GapPolicy.Skip || (new RuleCursor(plan, time + width, null).MoveNext(out var behind) && behind == time + width))
                lost++;
        return lost;
    }
}
