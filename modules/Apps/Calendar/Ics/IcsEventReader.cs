using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Apps.Recurrence;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Calendar.Ics;

/// <summary>A VEVENT component as an event (compute.md 9.3). Zones of times are still names.</summary>
internal sealed class IcsEventReader(IcsComponent component)
{
    const int MostDates = 1_000;
    const int MostPeople = 500;
    const int MostWarnings = 50;

    readonly List<string> _warnings = [];

    /// <summary>The event, or the reason why there is none.</summary>
    public (IcsEvent? Event, string? Reason) Read(Func<string, DateTimeZone?> zones)
    {
        if (component.Find("DTSTART") is not { } startProperty)
            return (null, "DTSTART is missing");
        if (Time(startProperty, startProperty.Value) is not { } start)
            return (null, "DTSTART is no date");
        start = Placed(start, zones);
        var duration = component.Find("DURATION")?.Value.Trim();
        var end = EndOf(start, duration, zones);
        var title = Text("SUMMARY");
        var location = Text("LOCATION");
        var recurrenceId = component.Find("RECURRENCE-ID");
        return (new IcsEvent
        {
            Uid = Text("UID") is { Length: > 0 } uid ? uid : Nameless(title, startProperty.Value, location),
            Start = start,
            End = end,
            Title = title,
            Description = Text("DESCRIPTION"),
            Location = location,
            Rule = Rule(start),
            RDates = Dates("RDATE", zones),
            ExDates = Dates("EXDATE", zones),
            RecurrenceId = recurrenceId is not null && Time(recurrenceId, recurrenceId.Value) is { } id ? Placed(id, zones) : null,
            ThisAndFuture = recurrenceId?["RANGE"] == "THISANDFUTURE",
            Duration = component.Find("DTEND") is null ? duration : null,
            Status = Word("STATUS"),
            Transparency = Word("TRANSP"),
            Visibility = Word("CLASS"),
            Categories = [.. component.Properties.Where(one => one.Name == "CATEGORIES").SelectMany(one => one.Texts()).Where(one => one.Length > 0).Take(100)],
            Url = component.Find("URL")?.Value.Trim(),
            Organizer = component.Find("ORGANIZER") is { } organizer ? Person(organizer) : null,
            Attendees = [.. component.Properties.Where(one => one.Name == "ATTENDEE").Take(MostPeople).Select(Person)],
            Geo = Geo(),
            Sequence = int.TryParse(component.Find("SEQUENCE")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0,
            Stamp = Moment("DTSTAMP"),
            LastModified = Moment("LAST-MODIFIED"),
            Color = Text("COLOR"),
            Alarms = [.. component.Children.Where(child => child.Name == "VALARM").Take(50).Select(alarm => Alarm(alarm, start, end)).OfType<IcsAlarm>()],
            RawStart = startProperty.Value,
            RawEnd = component.Find("DTEND")?.Value,
            Warnings = _warnings,
        }, null);
    }

    IcsTime EndOf(IcsTime start, string? duration, Func<string, DateTimeZone?> zones)
    {
        var otherwise = start.IsDate ? start with { Civil = NextDay(start.Civil) } : start;
        if (component.Find("DTEND") is { } property)
        {
            if (Time(property, property.Value) is not { } end)
            {
                Warn("DTEND is no date; the event has no length");
                return otherwise;
            }

            end = Placed(end, zones);
            if (end.Instant > start.Instant || (end.Instant == start.Instant && !start.IsDate))
                return end;
            Warn("DTEND does not lie behind DTSTART");
            return otherwise;
        }

        if (duration is null)
            return otherwise;
        if (IsoDuration.Read(duration) is { } length && start.Civil.Year < 9_900)
            return start.Plus(start.IsDate ? SeriesDuration.Nominal(Math.Max(1, length.Days)) : length);
        Warn("DURATION is no duration; the event has no length");
        return otherwise;
    }

    static LocalDateTime NextDay(LocalDateTime day) => day.Date == LocalDate.MaxIsoValue ? day : day.PlusDays(1);

    string? Rule(IcsTime start)
    {
        var rules = component.Properties.FindAll(one => one.Name == "RRULE");
        if (rules.Count == 0)
            return null;
        if (rules.Count > 1)
            Warn("Only the first RRULE was read");
        var text = rules[0].Value.Trim();
        while (text.StartsWith("RRULE:", StringComparison.OrdinalIgnoreCase))
            text = text["RRULE:".Length..];
        var kind = start.Kind switch { IcsTimeKind.Date => StartKind.Date, IcsTimeKind.Utc => StartKind.Utc, IcsTimeKind.Zoned => StartKind.Zoned, _ => StartKind.Floating };
        if (!RecurrenceRule.TryParse(text, RuleSyntax.Lenient, kind, out var rule, out var error))
        {
            Warn($"RRULE was left out: {error.WireCode}");
            return null;
        }

        foreach (var warning in rule.Warnings)
            Warn($"RRULE: {warning.Code}");
        return rule.ToString();
    }

    List<IcsTime> Dates(string name, Func<string, DateTimeZone?> zones)
    {
        var dates = new List<IcsTime>();
        var seen = 0;
        foreach (var property in component.Properties.Where(one => one.Name == name))
        foreach (var value in property.Value.Split(',', MostDates + 1))
        {
            if (++seen > MostDates)
                return dates;
            // A PERIOD gives its start; single lengths of additional dates have no place in our records.
            if (Time(property, value.Split('/')[0]) is { } date)
                dates.Add(Placed(date, zones));
            else
                Warn($"{name} holds something that is no date");
        }

        return dates;
    }

    /// <summary>Each once: there may be one for every comma of a bad file.</summary>
    void Warn(string warning)
    {
        if (_warnings.Count < MostWarnings && !_warnings.Contains(warning))
            _warnings.Add(warning);
    }

    static IcsTime? Time(IcsProperty property, string value) => IcsTimeText.Read(value, property["TZID"]);

    IcsTime Placed(IcsTime time, Func<string, DateTimeZone?> zones)
    {
        if (time.Tzid is not { } tzid)
            return time;
        if (zones(tzid) is { } zone)
            return time with { Zone = zone, Tzid = zone.Id };
        Warn("TZID_UNKNOWN: read as floating time");
        return time with { Kind = IcsTimeKind.Floating, Tzid = null };
    }

    Instant? Moment(string name) => component.Find(name) is { } property && Time(property, property.Value) is { Kind: IcsTimeKind.Utc } time ? time.Instant : null;

    static IcsAlarm? Alarm(IcsComponent alarm, IcsTime start, IcsTime end)
    {
        if (alarm.Find("TRIGGER") is not { } trigger)
            return null;
        var action = alarm.Find("ACTION")?.Value.Trim().ToUpperInvariant() ?? "DISPLAY";
        if (IcsTimeText.Read(trigger.Value, null) is { } moment)
            return new IcsAlarm(null, moment.Instant, action);
        if (IsoDuration.Signed(trigger.Value.Trim()) is not { } offset)
            return null;
        var minutes = -((offset.Days * 1440.0) + offset.Time.TotalMinutes);
        if (trigger["RELATED"] == "END")
            minutes -= (end.Instant - start.Instant).TotalMinutes;
        return new IcsAlarm((int)Math.Clamp(Math.Round(minutes), -1_000_000, 100_000_000), null, action);
    }

    (double, double)? Geo() => component.Find("GEO")?.Value.Split(';') is [var north, var east]
        && double.TryParse(north, NumberStyles.Float, CultureInfo.InvariantCulture, out var latitude) && Math.Abs(latitude) <= 90
        && double.TryParse(east, NumberStyles.Float, CultureInfo.InvariantCulture, out var longitude) && Math.Abs(longitude) <= 180
        ? (latitude, longitude) : null;

    static IcsPerson Person(IcsProperty property)
    {
        var address = property.Value.Trim();
        return new IcsPerson(property["CN"], address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? address["mailto:".Length..] : address, property["PARTSTAT"]);
    }

    string? Text(string name) => component.Find(name)?.Text();

    string? Word(string name) => component.Find(name)?.Value.Trim().ToUpperInvariant();

    /// <summary>The same for the same event on every import.</summary>
    static string Nameless(string? title, string start, string? location) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{title}|{start}|{location}")));
}
