using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Sets;

/// <summary>A set without overrides, through a window.</summary>
internal static class PlainSeries
{
    public static IEnumerable<Occurrence> Expand(RecurrenceSet set, WindowBounds bounds, WorkBudget? budget)
    {
        var clock = new SeriesClock(set);
        var walk = new SetWalk(set, bounds.WalkFrom(clock), budget);
        var index = 0;
        while (walk.MoveNext() && walk.Instant < bounds.Before)
        {
            var occurrence = clock.Make(walk.Instant, walk.Local, (walk.Instant, walk.Local), walk.Duration, false, walk.IsRDate);
            if (bounds.Hold(occurrence))
                yield return occurrence with { Index = index++ };
        }
    }
}
