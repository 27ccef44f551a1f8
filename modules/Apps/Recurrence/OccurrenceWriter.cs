using System.Globalization;
using System.Text.Json;
using Mana.Apps.Wire;
using Mana.Recurrence.Contracts;

namespace Mana.Apps.Recurrence;

/// <summary>Occurrences as JSON, straight into the response: an expansion is mostly formatting.</summary>
internal static class OccurrenceWriter
{
    public static void WritePage(Utf8JsonWriter json, ExpandRequest request, List<Occurrence> page, string? nextCursor)
    {
        json.WriteStartObject();
        json.WriteStartArray("occurrences");
        foreach (ref readonly var occurrence in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(page))
            WriteStart(json, occurrence);
        json.WriteEndArray();
        json.WriteNumber("count", page.Count);
        json.WriteBoolean("truncated", nextCursor is not null);
        json.WriteString("nextCursor", nextCursor);
        if (request.Series.IsFloating)
            json.WriteBoolean("floating", true);
        if (request.Detail)
        {
            json.WriteStartArray("items");
            foreach (ref readonly var occurrence in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(page))
                WriteItem(json, occurrence);
            json.WriteEndArray();
        }

        if (RuleValidation.Warnings(request.Series, dense: false) is { } warnings)
        {
            json.WritePropertyName("warnings");
            JsonSerializer.Serialize(json, warnings, AppsJson.Options);
        }

        json.WriteEndObject();
    }

    public static void WriteItem(Utf8JsonWriter json, in Occurrence occurrence)
    {
        json.WriteStartObject();
        json.WritePropertyName("start");
        WriteStart(json, occurrence);
        json.WriteString("end", occurrence.AllDay ? AppsJson.Text(occurrence.EndUtc.InUtc().Date) : AppsJson.Text(occurrence.EndUtc));
        json.WriteString("recurrenceId", occurrence.Id.IsDate ? AppsJson.Text(occurrence.Id.Civil.Date) : AppsJson.Text(occurrence.Id.Utc));
        json.WriteBoolean("allDay", occurrence.AllDay);
        json.WriteString("tzid", occurrence.ZoneId);
        json.WriteString("local", AppsJson.Text(occurrence.StartCivil));
        json.WriteBoolean("isOverride", occurrence.IsOverride);
        if (occurrence.IsRDate)
            json.WriteBoolean("isRdate", true);
        if (occurrence.Shifted)
            json.WriteBoolean("shifted", true);
        json.WriteEndObject();
    }

    static void WriteStart(Utf8JsonWriter json, in Occurrence occurrence)
    {
        if (occurrence.AllDay)
        {
            json.WriteStringValue(AppsJson.Text(occurrence.StartCivil.Date));
            return;
        }

        Span<byte> text = stackalloc byte[24];
        var time = DateTime.UnixEpoch.AddTicks(occurrence.StartUtc.ToUnixTimeTicks());
        time.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json.WriteStringValue(text[..length]);
    }
}
