using NodaTime;
using NodaTime.TimeZones;

namespace Mana.Recurrence.Parsing;

/// <summary>TZID as the world writes it (compute.md 6.7): IANA names, Windows names, globally unique ids with a prefix.</summary>
internal static class ZoneNames
{
    public static DateTimeZone? Find(string name, IDateTimeZoneProvider zones)
    {
        name = name.Trim();
        if (name.Length is 0 or > 200)
            return null;
        if (zones.GetZoneOrNull(name) is { } zone)
            return zone;
        if (TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping.TryGetValue(name, out var mapped))
            return zones.GetZoneOrNull(mapped);
        // "/example.org/20260101/Europe/Berlin": the longest ending that is a name.
        for (var slash = name.IndexOf('/'); slash >= 0; slash = name.IndexOf('/', slash + 1))
            if (zones.GetZoneOrNull(name[(slash + 1)..]) is { } ending)
                return ending;
        return null;
    }
}
