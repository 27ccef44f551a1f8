using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Zones;

namespace Mana.Recurrence.Sets;

/// <summary>
/// A set with overrides, through a window. An override counts where it lands, wherever its original was; so what is merged here are the moved
/// instances and, for each THISANDFUTURE, the stream of those that it shifts.
/// </summary>
internal static class OverriddenSeries
{
    public static IEnumerable<Occurrence> Expand(RecurrenceSet set, WindowBounds bounds, WorkBudget? budget)
    {
        var table = new OverrideTable(set);
        var streams = new List<IEnumerator<Occurrence>> { Moved(set, table, bounds).GetEnumerator() };
        streams.AddRange(table.Segments.Where(segment => !segment.Cancelled).Select(segment => Shifted(set, table, segment, bounds, budget).GetEnumerator()));
        streams.RemoveAll(stream => !stream.MoveNext());
        for (var index = 0; streams.Count > 0; index++)
        {
            var first = streams[0];
            foreach (var stream in streams)
                if (IsBefore(stream.Current, first.Current))
                    first = stream;
            yield return first.Current with { Index = index };
            if (!first.MoveNext())
                streams.Remove(first);
        }
    }

    static bool IsBefore(in Occurrence a, in Occurrence b) => (a.StartUtc, a.Id.Utc).CompareTo((b.StartUtc, b.Id.Utc)) < 0;

    static IEnumerable<Occurrence> Moved(RecurrenceSet set, OverrideTable table, WindowBounds bounds)
    {
        var clock = new SeriesClock(set);
        var moved = new List<Occurrence>();
        foreach (var (original, change) in table.Entries.Where(entry => !entry.Change.Cancelled))
        {
            var start = change.Start is { } date ? SetBounds.SecondOf(set, date, out _) : original;
            var local = SeriesClock.LocalOf(set.Start.Zone, start);
            var occurrence = clock.Make(start, local, (original, SeriesClock.LocalOf(set.Start.Zone, original)), change.Duration, true, false);
            if (bounds.Hold(occurrence))
                moved.Add(occurrence);
        }

        return moved.OrderBy(occurrence => (occurrence.StartUtc, occurrence.Id.Utc));
    }

    static IEnumerable<Occurrence> Shifted(RecurrenceSet set, OverrideTable table, Segment segment, WindowBounds bounds, WorkBudget? budget)
    {
        var clock = new SeriesClock(set);
        var map = new ZoneMap(set.Start.Zone, set.Overlap);
        // A shift by civil time can differ from one by real time by a change of the clocks: start a day early, end a day late.
        var slack = segment.Shift == 0 ? 0 : Gregorian.SecondsPerDay;
        var from = Math.Max(segment.From, Add(bounds.WalkFrom(clock), -segment.Shift - slack));
        var before = Math.Min(segment.Before, Add(bounds.Before, slack - segment.Shift));
        var walk = new SetWalk(set, from, budget);
        while (walk.MoveNext() && walk.Instant < before)
        {
            if (table.Replaces(walk.Instant))
                continue;
            var (start, local) = (walk.Instant, walk.Local + segment.Shift);
            if (segment.Shift != 0 && !map.TryMap(local, out start) && set.Gap == GapPolicy.Skip)
                continue;
            var occurrence = clock.Make(start, local, (walk.Instant, walk.Local), walk.Duration ?? segment.Duration, segment.Shift != 0, walk.IsRDate);
            if (bounds.Hold(occurrence))
                yield return occurrence;
        }
    }

    static long Add(long second, long difference) => second is long.MinValue or long.MaxValue ? second : second + difference;
}
