using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Zones;

/// <summary>
/// From civil seconds to instants (seconds of UTC in the same count). Between two transitions a civil time minus the offset is the instant, and the
/// zone is not asked; it is asked about twice a year.
/// </summary>
internal struct ZoneMap(DateTimeZone? zone, OverlapPolicy overlap)
{
    // Where every civil time exists once, with one offset.
    long _from = zone is null ? long.MinValue : long.MaxValue;
    long _before = zone is null ? long.MaxValue : long.MinValue;
    long _offset;

    /// <summary>The gap that the last asked time was in: from the first missing second to the first one that exists again.</summary>
    public long GapStart { get; private set; }

    public long GapEnd { get; private set; }

    /// <summary>False when the civil time does not exist; the instant then uses the offset before the gap.</summary>
    public bool TryMap(long local, out long instant)
    {
        if (local < _from || local >= _before)
            return Look(local, out instant);
        instant = local - _offset;
        return true;
    }

    bool Look(long local, out long instant)
    {
        var mapping = zone!.MapLocal(Gregorian.ToLocal(local));
        var early = mapping.EarlyInterval;
        if (mapping.Count == 0)
        {
            GapStart = SecondOf(early.IsoLocalEnd);
            GapEnd = SecondOf(mapping.LateInterval.IsoLocalStart);
            instant = local - early.WallOffset.Seconds;
            return false;
        }

        var interval = mapping.Count == 2 && overlap == OverlapPolicy.Second ? mapping.LateInterval : early;
        instant = local - interval.WallOffset.Seconds;
        if (mapping.Count == 1)
            Remember(interval);
        return true;
    }

    /// <summary>The part of the interval that no neighbour's civil time overlaps.</summary>
    void Remember(NodaTime.TimeZones.ZoneInterval interval)
    {
        _offset = interval.WallOffset.Seconds;
        _from = long.MinValue;
        _before = long.MaxValue;
        if (interval.HasStart)
        {
            var previous = zone!.GetZoneInterval(interval.Start - Duration.Epsilon);
            _from = SecondOf(LocalDateTime.Max(interval.IsoLocalStart, previous.IsoLocalEnd));
        }

        if (interval.HasEnd)
        {
            var next = zone!.GetZoneInterval(interval.End);
            _before = SecondOf(LocalDateTime.Min(interval.IsoLocalEnd, next.IsoLocalStart));
        }
    }

    static long SecondOf(LocalDateTime time) => time.Year < Gregorian.MinYear ? long.MinValue : Gregorian.SecondOf(time);
}
