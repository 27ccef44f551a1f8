using System.Globalization;
using System.Text.Json;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Recurrence;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Calendar.Google;

/// <summary>An item of Calendar v3 as an event: rules and exceptions stay what they are (compute.md 9.5).</summary>
internal static class GoogleEvent
{
    /// <summary>Id of the series of an instance; the item's own id otherwise.</summary>
    public static string SeriesOf(JsonElement item) => Text(item, "recurringEventId") ?? Text(item, "id") ?? "";

    public static bool IsInstance(JsonElement item) => Text(item, "recurringEventId") is not null;

    public static bool IsCancelled(JsonElement item) => Text(item, "status") == "cancelled";

    /// <summary>Null when the item has no time, as other kinds of items have none.</summary>
    public static IcsEvent? Read(JsonElement item)
    {
        var original = IsInstance(item) ? Time(item, "originalStartTime") : null;
        // A cancelled instance has no more than its original time.
        if ((Time(item, "start") ?? (IsCancelled(item) ? original : null)) is not { } start || (IsInstance(item) && original is null))
            return null;
        var end = Time(item, "end") ?? (start.IsDate ? start with { Civil = start.Civil.PlusDays(1) } : start);
        var (rule, dates, additional) = Recurrence(item, start);
        return new IcsEvent
        {
            Uid = SeriesOf(item),
            Start = start,
            End = end.Instant < start.Instant ? start : end,
            Title = Text(item, "summary"),
            Description = Text(item, "description"),
            Location = Text(item, "location"),
            Rule = rule,
            ExDates = dates,
            RDates = additional,
            RecurrenceId = original,
            Status = Text(item, "status")?.ToUpperInvariant(),
            Transparency = Text(item, "transparency")?.ToUpperInvariant(),
            Visibility = Text(item, "visibility") is "private" or "confidential" or "public" ? Text(item, "visibility")!.ToUpperInvariant() : null,
            Url = Text(item, "htmlLink"),
            Sequence = item.TryGetProperty("sequence", out var sequence) && sequence.TryGetInt32(out var number) ? number : 0,
            Alarms = Alarms(item),
        };
    }

    static (string? Rule, IReadOnlyList<IcsTime> ExDates, IReadOnlyList<IcsTime> RDates) Recurrence(JsonElement item, IcsTime start)
    {
        string? rule = null;
        var (excluded, additional) = (new List<IcsTime>(), new List<IcsTime>());
        if (!item.TryGetProperty("recurrence", out var lines) || lines.ValueKind != JsonValueKind.Array)
            return (null, excluded, additional);
        foreach (var line in lines.EnumerateArray())
        {
            if (line.ValueKind != JsonValueKind.String || IcsProperty.Read(0, line.GetString()!) is not { } property)
                continue;
            if (property.Name == "RRULE" && rule is null && RecurrenceRule.TryParse(property.Value, RuleSyntax.Lenient, start.IsDate ? StartKind.Date : StartKind.Zoned, out var read, out _))
                rule = read.ToString();
            else if (property.Name is "EXDATE" or "RDATE")
                foreach (var value in property.Value.Split(','))
                    if (IcsTimeText.Read(value, property["TZID"]) is { } date)
                        (property.Name == "EXDATE" ? excluded : additional).Add(date.Tzid is { } tzid && TimeZones.Find(tzid) is { } zone ? date with { Zone = zone } : date.Tzid is null ? date : date with { Zone = start.Zone });
        }

        return (rule, excluded, additional);
    }

    static IcsTime? Time(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var time) || time.ValueKind != JsonValueKind.Object)
            return null;
        if (When.Read(Text(time, "date")) is { IsDate: true } day)
            return IcsTime.Date(day.Civil.Date);
        if (When.Read(Text(time, "dateTime")) is not { } when)
            return null;
        var zone = Text(time, "timeZone") is { } name2 ? TimeZones.Find(name2) : null;
        return zone is null || zone == DateTimeZone.Utc ? IcsTime.Utc(when.In(zone)) : IcsTime.Zoned(when.In(zone), zone);
    }

    static IReadOnlyList<IcsAlarm> Alarms(JsonElement item)
    {
        if (!item.TryGetProperty("reminders", out var reminders) || !reminders.TryGetProperty("overrides", out var overrides) || overrides.ValueKind != JsonValueKind.Array)
            return [];
        return [.. overrides.EnumerateArray().Where(one => one.TryGetProperty("minutes", out var minutes) && minutes.TryGetInt32(out _))
            .Select(one => new IcsAlarm(one.GetProperty("minutes").GetInt32(), null, Text(one, "method") == "email" ? "EMAIL" : "DISPLAY"))];
    }

    public static string? Text(JsonElement item, string name) => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static string Rfc3339(DateTimeOffset time) => Uri.EscapeDataString(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
