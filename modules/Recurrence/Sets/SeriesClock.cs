using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Zones;
using NodaTime;

namespace Mana.Recurrence.Sets;

/// <summary>Makes occurrences of seconds: the clock of the series' zone, ends, identities.</summary>
internal sealed class SeriesClock(RecurrenceSet set)
{
    readonly DateTimeZone? _zone = set.Start.Zone;
    readonly bool _allDay = set.Start.Kind == StartKind.Date;
    readonly SeriesDuration _duration = set.Duration ?? (set.Start.Kind == StartKind.Date ? SeriesDuration.Nominal(1) : default);
    ZoneMap _ends = new(set.Start.Zone, set.Overlap);

    public static long LocalOf(DateTimeZone? zone, long instant) =>
        zone is null ? instant : instant + zone.GetUtcOffset(Gregorian.ToInstant(instant)).Seconds;

    /// <summary>One occurrence, with its place in the enumeration left open.</summary>
    /// <param name="start">When it happens, in seconds of UTC.</param>
    /// <param name="wanted">The civil time it was meant to have.</param>
    /// <param name="original">Instant and civil time that the set gave.</param>
    public Occurrence Make(long start, long wanted, (long Instant, long Local) original, SeriesDuration? duration, bool isOverride, bool isRDate)
    {
        var instant = Gregorian.ToInstant(start);
        var offset = _zone?.GetUtcOffset(instant) ?? Offset.Zero;
        var local = start + offset.Seconds;
        var id = new RecurrenceId(Gregorian.ToInstant(original.Instant), Gregorian.ToLocal(original.Local), _allDay);
        return new Occurrence(instant, Gregorian.ToLocal(local), _zone?.Id, offset, _allDay, End(start, local, duration ?? _duration), id, 0, isOverride, isRDate, local != wanted);
    }

    /// <summary>An upper bound of how long an instance lasts, in seconds.</summary>
    public long Longest()
    {
        var longest = Length(_duration);
        foreach (var date in set.RDates)
            longest = Math.Max(longest, Length(date.Duration ?? default));
        foreach (var change in set.Overrides)
            longest = Math.Max(longest, Length(change.Duration ?? default));
        return longest;
    }

    Instant End(long start, long local, SeriesDuration duration)
    {
        if (duration.Days != 0)
            _ends.TryMap(Math.Min(local + (duration.Days * (long)Gregorian.SecondsPerDay), Gregorian.EndOfTime - 1), out start);
        var instant = Gregorian.ToInstant(start);
        return duration.Time > Instant.MaxValue - instant ? Instant.MaxValue : instant + duration.Time;
    }

    static long Length(SeriesDuration duration) => ((duration.Days + 1L) * Gregorian.SecondsPerDay) + (long)duration.Time.TotalSeconds;
}
