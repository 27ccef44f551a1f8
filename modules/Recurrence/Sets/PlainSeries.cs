using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Sets;

/// <summary>A set without overrides, through a window.</summary>
internal static class PlainSeries
{
    public static IEnumerable<Occurrence> Expand(RecurrenceSet set, OccurrenceWindow window, WorkBudget? budget)
    {
        var clock = new SeriesClock(set);
        var bounds = WindowBounds.Of(window);
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

/// <summary>A window in whole seconds of UTC.</summary>
internal readonly record struct WindowBounds(long From, long Before, bool Overlapping)
{
    public static WindowBounds Of(OccurrenceWindow window) => new(
        window.From is { } from ? Ceiling(from) : long.MinValue,
        window.Before is { } before ? Ceiling(before) : long.MaxValue,
        window.Overlapping);

    /// <summary>Where to start so that nothing which reaches into the window is missed.</summary>
    public long WalkFrom(SeriesClock clock) => Overlapping && From > long.MinValue ? From - clock.Longest() : From;

    public bool Hold(in Occurrence occurrence)
    {
        var start = Gregorian.SecondOf(occurrence.StartUtc);
        return start < Before && (start >= From || (Overlapping && Gregorian.SecondOf(occurrence.EndUtc) > From));
    }

    static long Ceiling(NodaTime.Instant instant)
    {
        var second = Gregorian.SecondOf(instant);
        return Gregorian.ToInstant(second) < instant ? second + 1 : second;
    }
}
