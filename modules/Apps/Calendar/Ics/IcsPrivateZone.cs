using System.Globalization;
using Mana.Recurrence.Contracts;
using NodaTime;
using NodaTime.TimeZones;

namespace Mana.Apps.Calendar.Ics;

/// <summary>A zone that only a file knows: the transitions that its VTIMEZONE describes, up to 2100.</summary>
internal sealed class IcsPrivateZone : DateTimeZone
{
    const int MostTransitions = 2_000;
    static readonly Instant End = Instant.FromUtc(2100, 1, 1, 0, 0);

    /// <summary>Ascending; the first begins with time.</summary>
    readonly ZoneInterval[] _intervals;

    IcsPrivateZone(string id, ZoneInterval[] intervals)
        : base(id, intervals.Length == 1, intervals.Min(one => one.WallOffset), intervals.Max(one => one.WallOffset)) => _intervals = intervals;

    /// <summary>Before it the file says nothing.</summary>
    public Instant KnownFrom => _intervals.Length > 1 ? _intervals[1].Start : Instant.MinValue;

    public IEnumerable<Instant> TransitionsBetween(Instant from, Instant to) => _intervals.Skip(1).Select(one => one.Start).Where(start => start >= from && start < to);

    /// <summary>Null when the component describes nothing.</summary>
    public static IcsPrivateZone? Of(string id, IcsComponent component)
    {
        var changes = new SortedDictionary<Instant, (Offset To, Offset From)>();
        foreach (var part in component.Children.Where(child => child.Name is "STANDARD" or "DAYLIGHT"))
        {
            if (Offset(part, "TZOFFSETTO") is not { } to || Offset(part, "TZOFFSETFROM") is not { } from || part.Find("DTSTART") is not { } property || IcsTimeText.Read(property.Value, null) is not { } start)
                continue;
            foreach (var civil in Onsets(part, start.Civil))
                if (changes.Count < MostTransitions)
                    changes[civil.WithOffset(from).ToInstant()] = (to, from);
        }

        if (changes.Count == 0)
            return null;
        var intervals = new List<ZoneInterval>();
        var (offset, since) = (changes.First().Value.From, (Instant?)null);
        foreach (var (at, change) in changes)
        {
            if (at > (since ?? Instant.MinValue))
                intervals.Add(new ZoneInterval(id, since, at, offset, NodaTime.Offset.Zero));
            (offset, since) = (change.To, at);
        }

        intervals.Add(new ZoneInterval(id, since, null, offset, NodaTime.Offset.Zero));
        return new IcsPrivateZone(id, [.. intervals]);
    }

    public override ZoneInterval GetZoneInterval(Instant instant)
    {
        var (low, high) = (0, _intervals.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_intervals[middle].Start <= instant)
                low = middle;
            else
                high = middle - 1;
        }

        return _intervals[low];
    }

    static IEnumerable<LocalDateTime> Onsets(IcsComponent part, LocalDateTime start)
    {
        if (start.InUtc().ToInstant() >= End)
            yield break;
        yield return start;
        foreach (var rdate in part.Properties.Where(one => one.Name == "RDATE").SelectMany(one => one.Value.Split(',')).Take(MostTransitions))
            if (IcsTimeText.Read(rdate, null) is { } date)
                yield return date.Civil;
        if (part.Find("RRULE") is not { } property || !RecurrenceRule.TryParse(property.Value.Trim(), RuleSyntax.Lenient, StartKind.Floating, out var rule, out _))
            yield break;
        // A zone changes a few times a year; anything finer is nonsense that would only cost time.
        if (rule.Frequency < Frequency.Monthly)
            yield break;
        foreach (var onset in rule.Expand(start, start, End.InUtc().LocalDateTime).Take(MostTransitions))
            yield return onset;
    }

    static Offset? Offset(IcsComponent part, string name)
    {
        var text = part.Find(name)?.Value.Trim();
        if (text is null || text.Length is < 5 or > 7 || text[0] is not ('+' or '-') || !int.TryParse(text.AsSpan(1, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text.AsSpan(3, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || hours > 17 || minutes > 59)
            return null;
        return NodaTime.Offset.FromSeconds((text[0] == '-' ? -1 : 1) * ((hours * 3600) + (minutes * 60)));
    }
}
