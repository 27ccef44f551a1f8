using Mana.Apps.Recurrence;
using NodaTime;
using NodaTime.TimeZones;

namespace Mana.Apps.Calendar.Ics;

/// <summary>
/// What a TZID of a file means (compute.md 9.3): an IANA or Windows name, X-LIC-LOCATION, the zone of the database that behaves as the file's VTIMEZONE says, or
/// that VTIMEZONE itself.
/// </summary>
internal sealed class IcsZones(IReadOnlyDictionary<string, IcsComponent> defined)
{
    /// <summary>Asked before all others, so that equals have their usual name.</summary>
    static readonly string[] Usual =
    [
        "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo",
    ];

    readonly Dictionary<string, DateTimeZone?> _known = new(StringComparer.Ordinal);

    public DateTimeZone? Find(string tzid)
    {
        if (!_known.TryGetValue(tzid, out var zone))
            _known[tzid] = zone = Search(tzid);
        return zone;
    }

    DateTimeZone? Search(string tzid)
    {
        if (TimeZones.Find(tzid) is { } named)
            return named;
        if (!defined.TryGetValue(tzid, out var component))
            return null;
        if (component.Find("X-LIC-LOCATION") is { } location && TimeZones.Find(location.Value) is { } located)
            return located;
        if (IcsPrivateZone.Of(tzid, component) is not { } own)
            return null;
        return Equal(own, 1995) ?? Equal(own, 2010) ?? own;
    }

    /// <summary>The zone with the same offsets from a year to 2035, asked twice a month.</summary>
    static DateTimeZone? Equal(IcsPrivateZone own, int fromYear)
    {
        var from = Instant.Max(Instant.FromUtc(fromYear, 1, 1, 0, 0), own.KnownFrom);
        var moments = new List<Instant>();
        for (var at = from; at < Instant.FromUtc(2035, 12, 31, 0, 0); at += Duration.FromDays(15))
            moments.Add(at);
        // The edges tell Berlin from zones that change at another hour.
        moments.AddRange(own.TransitionsBetween(from, Instant.FromUtc(2035, 12, 31, 0, 0)).SelectMany(at => new[] { at - Duration.FromMinutes(1), at }));
        if (moments.Count == 0)
            return null;
        var zones = DateTimeZoneProviders.Tzdb;
        return Usual.Concat(TzdbDateTimeZoneSource.Default.ZoneLocations?.Select(location => location.ZoneId) ?? []).Distinct(StringComparer.Ordinal).Select(zones.GetZoneOrNull)
            .FirstOrDefault(zone => zone is not null && moments.TrueForAll(at => zone.GetUtcOffset(at) == own.GetUtcOffset(at)));
    }
}
