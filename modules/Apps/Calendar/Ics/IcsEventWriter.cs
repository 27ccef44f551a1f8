using NodaTime;

namespace Mana.Apps.Calendar.Ics;

/// <summary>An event as a VEVENT (compute.md 9.4).</summary>
internal static class IcsEventWriter
{
    /// <summary>Writes what the event has; what it lacks is left out.</summary>
    /// <param name="now">DTSTAMP of what has none.</param>
    public static void Write(IcsWriter output, IcsEvent item, Instant now)
    {
        output.Begin("VEVENT");
        output.Text("UID", item.Uid);
        output.Word("DTSTAMP", IcsTimeText.Write(item.Stamp ?? now));
        output.Time("DTSTART", item.Start);
        if (item.Duration is not null)
            output.Word("DURATION", item.Duration);
        else
            output.Time("DTEND", item.End);
        if (item.RecurrenceId is { } original)
            output.Time("RECURRENCE-ID", original, item.ThisAndFuture ? "THISANDFUTURE" : null);
        output.Word("RRULE", item.Rule);
        output.Times("RDATE", item.RDates);
        output.Times("EXDATE", item.ExDates);
        output.Text("SUMMARY", item.Title);
        output.Text("DESCRIPTION", item.Description);
        output.Text("LOCATION", item.Location);
        output.Word("STATUS", item.Status);
        output.Word("TRANSP", item.Transparency);
        output.Word("CLASS", item.Visibility);
        if (item.Categories.Count > 0)
            output.Line("CATEGORIES:" + string.Join(',', item.Categories.Select(IcsWriter.Escape)));
        output.Word("URL", item.Url);
        if (item.Organizer is { } organizer)
            Person(output, "ORGANIZER", organizer);
        foreach (var attendee in item.Attendees)
            Person(output, "ATTENDEE", attendee);
        if (item.Geo is var (latitude, longitude))
            output.Line($"GEO:{IcsWriter.Number(latitude)};{IcsWriter.Number(longitude)}");
        if (item.Sequence > 0)
            output.Line($"SEQUENCE:{item.Sequence}");
        if (item.LastModified is { } modified)
            output.Word("LAST-MODIFIED", IcsTimeText.Write(modified));
        output.Text("COLOR", item.Color);
        foreach (var alarm in item.Alarms)
            Alarm(output, alarm, item.Title);
        output.End("VEVENT");
    }

    static void Person(IcsWriter output, string name, IcsPerson person) =>
        output.Line(name + IcsWriter.Parameter("CN", person.Name) + (string.IsNullOrEmpty(person.PartStat) ? "" : ";PARTSTAT=" + IcsWriter.OneLine(person.PartStat)) + ":mailto:" + IcsWriter.OneLine(person.Email));

    static void Alarm(IcsWriter output, IcsAlarm alarm, string? title)
    {
        output.Begin("VALARM");
        output.Word("ACTION", alarm.Action);
        if (alarm.Absolute is { } moment)
            output.Line("TRIGGER;VALUE=DATE-TIME:" + IcsTimeText.Write(moment));
        else
            output.Line($"TRIGGER:{(alarm.MinutesBefore < 0 ? "" : "-")}PT{Math.Abs(alarm.MinutesBefore ?? 0)}M");
        output.Text("DESCRIPTION", title ?? "Reminder");
        output.End("VALARM");
    }
}
