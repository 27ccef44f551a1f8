using System.Text.Json;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Wire;
using NodaTime;

namespace Mana.Apps.Calendar.Import;

/// <summary>The report of an import (compute.md 9.3), written event by event.</summary>
internal static class ImportWriter
{
    public static void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("events");
    }

    public static void Event(Utf8JsonWriter json, IcsEvent item, bool raw)
    {
        json.WriteStartObject();
        json.WriteString("uid", item.Uid);
        json.WriteString("title", item.Title);
        json.WriteString("start", item.Start.Text);
        json.WriteString("end", item.End.Text);
        json.WriteBoolean("allDay", item.Start.IsDate);
        json.WriteString("timezone", item.Start.Zone?.Id);
        json.WriteString("startUtc", AppsJson.Text(item.Start.Instant));
        json.WriteString("endUtc", AppsJson.Text(item.End.Instant));
        json.WriteString("description", item.Description);
        json.WriteString("location", item.Location);
        json.WriteString("rrule", item.Rule);
        Times(json, "rdates", item.RDates);
        Times(json, "exdates", item.ExDates);
        if (item.RecurrenceId is { } original)
        {
            json.WriteString("recurrenceId", original.Text);
            json.WriteBoolean("thisAndFuture", item.ThisAndFuture);
        }

        json.WriteString("status", item.Status);
        json.WriteString("transparency", item.Transparency);
        json.WriteString("visibility", item.Visibility);
        Texts(json, "categories", item.Categories);
        json.WriteString("url", item.Url);
        if (item.Organizer is { } organizer)
        {
            json.WritePropertyName("organizer");
            Person(json, organizer);
        }
        else
        {
            json.WriteNull("organizer");
        }

        json.WriteStartArray("attendees");
        foreach (var attendee in item.Attendees)
            Person(json, attendee);
        json.WriteEndArray();
        if (item.Geo is var (latitude, longitude))
        {
            json.WriteStartObject("geo");
            json.WriteNumber("latitude", latitude);
            json.WriteNumber("longitude", longitude);
            json.WriteEndObject();
        }

        json.WriteNumber("sequence", item.Sequence);
        json.WriteString("dtstamp", Moment(item.Stamp));
        json.WriteString("lastModified", Moment(item.LastModified));
        json.WriteString("color", item.Color);
        json.WriteStartArray("alarms");
        foreach (var alarm in item.Alarms)
        {
            json.WriteStartObject();
            if (alarm.Absolute is { } at)
                json.WriteString("absolute", AppsJson.Text(at));
            else
                json.WriteNumber("minutesBefore", alarm.MinutesBefore ?? 0);
            json.WriteString("action", alarm.Action);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (item.Duration is not null)
            json.WriteString("duration", item.Duration);
        Texts(json, "warnings", item.Warnings);
        if (raw)
        {
            json.WriteString("rawStart", item.RawStart);
            json.WriteString("rawEnd", item.RawEnd);
        }

        json.WriteEndObject();
    }

    public static void End(Utf8JsonWriter json, IcsReading reading, ApplyResult? applied)
    {
        json.WriteEndArray();
        json.WriteNumber("count", reading.Events.Count);
        json.WriteStartArray("calendars");
        foreach (var calendar in reading.Calendars)
            JsonSerializer.Serialize(json, calendar, AppsJson.Options);
        json.WriteEndArray();
        json.WriteStartArray("skipped");
        foreach (var (line, reason) in reading.Skipped)
        {
            json.WriteStartObject();
            json.WriteNumber("line", line);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("warnings");
        foreach (var warning in reading.Warnings)
            JsonSerializer.Serialize(json, warning, AppsJson.Options);
        json.WriteEndArray();
        if (applied is not null)
        {
            json.WritePropertyName("applied");
            JsonSerializer.Serialize(json, applied, AppsJson.Options);
        }

        json.WriteEndObject();
    }

    static void Person(Utf8JsonWriter json, IcsPerson person)
    {
        json.WriteStartObject();
        json.WriteString("name", person.Name);
        json.WriteString("email", person.Email);
        json.WriteString("partstat", person.PartStat);
        json.WriteEndObject();
    }

    static void Times(Utf8JsonWriter json, string name, IReadOnlyList<IcsTime> times) => Texts(json, name, times.Select(time => time.Text));

    static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    static string? Moment(Instant? instant) => instant is { } at ? AppsJson.Text(at) : null;
}

/// <summary>What an import that writes has done.</summary>
/// <param name="Refused">Null, or why records were refused; then those before it are stored, and the import can be repeated.</param>
internal sealed record ApplyResult(int Created, int Updated, int Unchanged, int Deleted, string? Refused);
