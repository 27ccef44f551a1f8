using NodaTime;
using NodaTime.TimeZones;

namespace Mana.Apps.Recurrence;

/// <summary>Time zones by the names that clients and calendars use (compute.md 6.7).</summary>
internal static class TimeZones
{
    /// <summary>An IANA name, a Windows name, or a globally unique one such as <c>/example.org/Europe/Berlin</c>; null: unknown.</summary>
    public static DateTimeZone? Find(string name)
    {
        var zones = DateTimeZoneProviders.Tzdb;
        name = name.Trim().Trim('"');
        if (name.Length is 0 or > 200)
            return null;
        if (zones.GetZoneOrNull(name) is { } iana)
            return iana;
        if (TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping.TryGetValue(name, out var mapped))
            return zones.GetZoneOrNull(mapped);
        if (!name.StartsWith('/'))
            return null;
        // The last two or three segments may be a name: America/Argentina/Salta.
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var count = Math.Min(3, parts.Length); count > 0; count--)
            if (zones.GetZoneOrNull(string.Join('/', parts[^count..])) is { } found)
                return found;
        return null;
    }
}
