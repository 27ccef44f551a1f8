using NodaTime;
using NodaTime.TimeZones;

namespace Mana.Apps.Calendar.Ics;

/// <summary>
/// A VTIMEZONE with the transitions that events need (compute.md 9.4): those of the past by their dates, and a yearly rule where the zone keeps one, so that a
/// series without end has its clocks changed for ever.
/// </summary>
internal static class IcsZoneWriter
{
    /// <summary>Years looked at behind the last date that is named.</summary>
    const int Ahead = 6;

    public static void Write(IcsWriter output, DateTimeZone zone, Instant from, Instant until)
    {
        var first = zone.GetZoneInterval(from);
        output.Begin("VTIMEZONE");
        output.Word("TZID", zone.Id);
        output.Word("X-LIC-LOCATION", zone.Id);
        Observance(output, first, first.HasStart ? zone.GetZoneInterval(first.Start - Duration.Epsilon).WallOffset : first.WallOffset,
            [first.HasStart ? first.IsoLocalStart : new LocalDateTime(1970, 1, 1, 0, 0)], null);
        var horizon = until.InUtc().Year > 9_000 ? until : until.InUtc().LocalDateTime.PlusYears(Ahead).InUtc().ToInstant();
        var changes = zone.GetZoneIntervals(from, horizon).Skip(1)
            .Select(to => (To: to, From: zone.GetZoneInterval(to.Start - Duration.Epsilon))).ToList();
        foreach (var group in changes.GroupBy(change => (change.From.WallOffset, To: change.To.WallOffset, change.To.Name)))
        {
            // The clock shows the old time when it is changed (RFC 5545 3.6.5).
            var onsets = group.Select(change => change.To.Start.WithOffset(change.From.WallOffset).LocalDateTime).ToList();
            var (listed, rule) = Pattern(onsets, horizon);
            if (listed.Count > 0)
                Observance(output, group.First().To, group.Key.WallOffset, listed, null);
            if (rule is not null)
                Observance(output, group.First().To, group.Key.WallOffset, [onsets[listed.Count]], rule);
        }

        output.End("VTIMEZONE");
    }

    static void Observance(IcsWriter output, ZoneInterval interval, Offset from, IReadOnlyList<LocalDateTime> onsets, string? rule)
    {
        var name = interval.Savings == Offset.Zero ? "STANDARD" : "DAYLIGHT";
        output.Begin(name);
        output.Line("TZOFFSETFROM:" + IcsWriter.OffsetText(from));
        output.Line("TZOFFSETTO:" + IcsWriter.OffsetText(interval.WallOffset));
        output.Word("TZNAME", interval.Name);
        output.Line("DTSTART:" + Local(onsets[0]));
        if (rule is not null)
            output.Line("RRULE:" + rule);
        if (onsets.Count > 1)
            output.Line("RDATE:" + string.Join(',', onsets.Skip(1).Select(Local)));
        output.End(name);
    }

    /// <summary>The longest tail of yearly onsets on the nth or last weekday of one month at one time, as a rule; what comes before it stays a list.</summary>
    static (List<LocalDateTime> Listed, string? Rule) Pattern(List<LocalDateTime> onsets, Instant horizon)
    {
        var last = onsets[^1];
        if (onsets.Count < 3 || last.Year < horizon.InUtc().Year - 1)
            return (onsets, null);
        foreach (var ordinal in (int[])[-1, ((last.Day - 1) / 7) + 1])
        {
            var from = onsets.Count;
            while (from > 0 && Is(onsets[from - 1], last, ordinal) && (from == onsets.Count || onsets[from - 1].Year == onsets[from].Year - 1))
                from--;
            if (onsets.Count - from >= 3)
                return (onsets[..from], $"FREQ=YEARLY;BYMONTH={last.Month};BYDAY={ordinal}{last.DayOfWeek.ToString()[..2].ToUpperInvariant()}");
        }

        return (onsets, null);
    }

    static bool Is(LocalDateTime onset, LocalDateTime model, int ordinal) =>
        onset.Month == model.Month && onset.DayOfWeek == model.DayOfWeek && onset.TimeOfDay == model.TimeOfDay
        && (ordinal > 0 ? ((onset.Day - 1) / 7) + 1 == ordinal : onset.Date.PlusDays(7).Month != onset.Month);

    static string Local(LocalDateTime time) => IcsTimeText.Write(new IcsTime(time, IcsTimeKind.Floating));
}
