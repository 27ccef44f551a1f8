using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Wire;

namespace Mana.Apps.Calendar.Records;

/// <summary>
/// An event as the two records that clients keep of it (compute.md 2.6): <c>calendar.events</c> says what, <c>timeblocks.timeBlocks</c> when. Ids come from the
/// names outside, so that the same event is the same record on every import.
/// </summary>
internal sealed record EventRecord(string EventId, string BlockId, JsonObject Event, JsonObject Block, string Fingerprint)
{
    /// <summary>The same event of the same source gives the same records.</summary>
    /// <param name="source">Calendar, account or subscription that UIDs are unique in.</param>
    public static EventRecord Of(IcsEvent item, string calendarId, string source)
    {
        var (eventId, blockId) = (IdOf(source, "event", item.Uid, item.RecurrenceId), IdOf(source, "block", item.Uid, item.RecurrenceId));
        var block = new JsonObject
        {
            ["startDate"] = Date(item.Start), ["endDate"] = Date(item.End), ["allDay"] = item.Start.IsDate, ["isLive"] = false, ["timezone"] = item.Start.Zone?.Id,
            ["recurrenceRule"] = item.Rule, ["kind"] = "scheduled", ["type"] = "event", ["sourceModule"] = "calendar", ["sourceId"] = eventId, ["title"] = item.Title, ["description"] = item.Description,
        };
        Add(block, "exdates", Texts(item.ExDates.Select(Date)));
        Add(block, "rdates", Texts(item.RDates.Select(Date)));
        if (item.RecurrenceId is { } original)
        {
            block["parentBlockId"] = IdOf(source, "block", item.Uid, null);
            block["recurrenceDate"] = AppsJson.Text(original.Civil.Date);
            block["recurrenceId"] = Date(original);
            block["isRecurrenceException"] = true;
        }

        var fields = new JsonObject { ["calendarId"] = calendarId, ["timeBlockId"] = blockId, ["title"] = item.Title, ["description"] = item.Description, ["location"] = item.Location, ["color"] = item.Color, ["uid"] = item.Uid };
        Add(fields, "status", item.Status);
        Add(fields, "visibility", item.Visibility?.ToLowerInvariant());
        Add(fields, "transparency", item.Transparency);
        Add(fields, "url", item.Url);
        if (item.Alarms.Count > 0)
            fields["reminders"] = new JsonArray([.. item.Alarms.Where(alarm => alarm.MinutesBefore is not null).Select(alarm => new JsonObject { ["minutesBefore"] = alarm.MinutesBefore })]);
        if (item.Sequence > 0)
            fields["sequence"] = item.Sequence;
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(fields.ToJsonString() + block.ToJsonString())))[..32];
        return new EventRecord(eventId, blockId, fields, block, fingerprint);
    }

    public static string IdOf(string source, string kind, string uid, IcsTime? recurrenceId) =>
        NameUuid.Of($"{source}|{kind}|{uid}|{(recurrenceId is null ? "" : Date(recurrenceId))}").ToString("D");

    /// <summary>Instants; dates and floating times are kept at their own clock, as if it were UTC.</summary>
    static string Date(IcsTime time) => AppsJson.Text(time.Instant);

    static JsonArray? Texts(IEnumerable<string> texts) => texts.Select(text => (JsonNode?)text).ToArray() is { Length: > 0 } all ? new JsonArray(all) : null;

    static void Add(JsonObject to, string name, JsonNode? value)
    {
        if (value is not null)
            to[name] = value;
    }
}
