using NodaTime;

namespace Mana.Apps.Calendar.Ics;

/// <summary>The frame around events: a VCALENDAR with the zones that they name.</summary>
internal static class IcsCalendarWriter
{
    public static void Begin(IcsWriter output, string? name, string? color, TimeSpan? refresh)
    {
        output.Begin("VCALENDAR");
        output.Line("VERSION:2.0");
        output.Line("PRODID:-//Mana//Calendar//EN");
        output.Line("CALSCALE:GREGORIAN");
        output.Text("X-WR-CALNAME", name);
        output.Text("NAME", name);
        output.Text("COLOR", color);
        if (refresh is not { } every)
            return;
        output.Line($"REFRESH-INTERVAL;VALUE=DURATION:PT{(int)every.TotalMinutes}M");
        output.Line($"X-PUBLISHED-TTL:PT{(int)every.TotalMinutes}M");
    }

    /// <summary>Every zone once, with the transitions from its first to its last use.</summary>
    public static void Zones(IcsWriter output, IEnumerable<IcsEvent> events, Instant now)
    {
        var used = new Dictionary<string, (DateTimeZone Zone, Instant From, Instant Until)>(StringComparer.Ordinal);
        foreach (var item in events)
        foreach (var time in ((IcsTime?[])[item.Start, item.End, item.RecurrenceId, .. item.RDates, .. item.ExDates]).OfType<IcsTime>().Where(time => time.Zone is not null && time.Kind == IcsTimeKind.Zoned))
        {
            var at = time.Instant;
            var until = item.Rule is null ? at : Instant.Max(at, now);
            used[time.Zone!.Id] = used.TryGetValue(time.Zone.Id, out var span) ? (span.Zone, Instant.Min(span.From, at), Instant.Max(span.Until, until)) : (time.Zone, at, until);
        }

        foreach (var (_, (zone, from, until)) in used.OrderBy(one => one.Key, StringComparer.Ordinal))
            IcsZoneWriter.Write(output, zone, from, until);
    }

    public static void End(IcsWriter output) => output.End("VCALENDAR");
}
