using System.Globalization;
using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Ics;
using NodaTime;
using NodaTime.Text;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>Events as Calendar v3 takes them. Changes are sent with patch semantics: what we do not mirror (guests, conferences, attachments) stays as it is at Google.</summary>
internal static class GoogleBody
{
    const int MostAlarms = 5;
    const int LongestAlarm = 40_320;
    static readonly OffsetDateTimePattern Rfc3339 = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'sso<+HH:mm>");

    public static JsonObject Insert(IcsEvent item, string id, JsonObject mark)
    {
        var body = new JsonObject { ["id"] = id, ["extendedProperties"] = new JsonObject { ["private"] = mark } };
        foreach (var facet in EventFacets.All)
            Put(body, item, facet, isNew: true);
        return body;
    }

    public static JsonObject Patch(IcsEvent item, IEnumerable<Facet> facets)
    {
        var body = new JsonObject();
        foreach (var facet in facets)
            Put(body, item, facet, isNew: false);
        return body;
    }

    static void Put(JsonObject body, IcsEvent item, Facet facet, bool isNew)
    {
        switch (facet)
        {
            case Facet.Title:
                body["summary"] = item.Title ?? "";
                break;
            case Facet.Description:
                body["description"] = item.Description ?? "";
                break;
            case Facet.Location:
                body["location"] = item.Location ?? "";
                break;
            case Facet.Time:
                (body["start"], body["end"]) = (Time(item.Start, isNew), Time(item.End, isNew));
                break;
            case Facet.Recurrence:
                if (Lines(item) is { Count: > 0 } lines)
                    body["recurrence"] = lines;
                else if (!isNew && item.RecurrenceId is null)
                    body["recurrence"] = null;
                break;
            case Facet.Visibility:
                body["transparency"] = item.Transparency == "TRANSPARENT" ? "transparent" : "opaque";
                body["visibility"] = item.Visibility?.ToLowerInvariant() ?? "default";
                break;
            case Facet.Alarms:
                if (!isNew || item.Alarms.Count > 0)
                    body["reminders"] = new JsonObject { ["useDefault"] = false, ["overrides"] = Alarms(item) };
                break;
        }
    }

    /// <summary>A patch says of the form that is not meant that it is not.</summary>
    public static JsonObject Time(IcsTime time, bool isNew)
    {
        var zone = time.Zone ?? DateTimeZone.Utc;
        var body = time.IsDate ? new JsonObject { ["date"] = time.Text }
            : new JsonObject { ["dateTime"] = Rfc3339.Format(time.Instant.InZone(zone).ToOffsetDateTime()), ["timeZone"] = zone.Id };
        if (!isNew)
            foreach (var other in time.IsDate ? (string[])["dateTime", "timeZone"] : ["date"])
                body[other] = null;
        return body;
    }

    static JsonArray Lines(IcsEvent item)
    {
        var lines = new JsonArray();
        if (item.RecurrenceId is not null)
            return lines;
        if (item.Rule is { } rule)
            lines.Add("RRULE:" + rule);
        foreach (var (name, times) in ((string, IReadOnlyList<IcsTime>)[])[("EXDATE", item.ExDates), ("RDATE", item.RDates)])
            if (times.Count > 0)
                lines.Add(name + (item.Start.IsDate ? ";VALUE=DATE" : "") + ":" + string.Join(',', times.Select(time => item.Start.IsDate ? IcsTimeText.Write(time) : IcsTimeText.Write(time.Instant))));
        return lines;
    }

    static JsonArray Alarms(IcsEvent item) => new([.. item.Alarms.Select(alarm => alarm.MinutesBefore).OfType<int>().Where(minutes => minutes is >= 0 and <= LongestAlarm).Distinct().Order().Take(MostAlarms)
        .Select(minutes => (JsonNode?)new JsonObject { ["method"] = "popup", ["minutes"] = minutes })]);

    /// <summary>The original start of an instance, as <c>events.instances</c> asks for it.</summary>
    public static string OriginalStart(IcsTime original) => original.IsDate ? original.Text : Rfc3339.Format(original.Instant.InUtc().ToOffsetDateTime());

    /// <summary>When Google says that it was changed.</summary>
    public static Instant Updated(System.Text.Json.JsonElement item) =>
        DateTimeOffset.TryParse(GoogleEvent.Text(item, "updated"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? Instant.FromDateTimeOffset(at) : Instant.MinValue;
}
