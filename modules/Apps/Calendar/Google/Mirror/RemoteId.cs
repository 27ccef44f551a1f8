using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Records;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>
/// Ids that our events have at Google. They follow from ours: an insert that is repeated, after a crash or after somebody set the mirror up anew, makes no second event. Letters and
/// digits of base32hex, as Google asks for.
/// </summary>
internal static class RemoteId
{
    const string CalendarMark = "manaCalendar";
    const string EventMark = "manaEvent";

    public static string Of(ExternalCalendar calendar, string eventId) => "mana" + NameUuid.Of($"google event|{calendar.UserId}|{calendar.CalendarId}|{calendar.RemoteId}|{eventId}").ToString("N");

    /// <summary>Private properties by which an event of ours is known.</summary>
    public static JsonObject Mark(ExternalCalendar calendar, string eventId) => new() { [CalendarMark] = MarkOf(calendar), [EventMark] = eventId };

    /// <summary>Whether the item is an event of this calendar that we wrote, or an instance of one: it is not imported as another.</summary>
    public static bool IsOf(ExternalCalendar calendar, JsonElement item) => Property(item, CalendarMark) == MarkOf(calendar) && Property(item, EventMark) is { } eventId && GoogleEvent.SeriesOf(item) == Of(calendar, eventId);

    /// <summary>Our id of an event that we wrote; null: somebody else's, or a copy.</summary>
    public static string? EventOf(ExternalCalendar calendar, JsonElement item) => !GoogleEvent.IsInstance(item) && IsOf(calendar, item) ? Property(item, EventMark) : null;

    static string MarkOf(ExternalCalendar calendar) => NameUuid.Of($"google calendar|{calendar.UserId}|{calendar.CalendarId}").ToString("N");

    static string? Property(JsonElement item, string name) =>
        item.TryGetProperty("extendedProperties", out var all) && all.ValueKind == JsonValueKind.Object && all.TryGetProperty("private", out var own) && own.ValueKind == JsonValueKind.Object ? GoogleEvent.Text(own, name) : null;
}
