using System.Globalization;
using System.Text.Json;

namespace Mana.Load.Delivery;

/// <summary>A change that a device has written. Every value is unlike any other, so that what arrives elsewhere can be recognised.</summary>
internal sealed record OwnChange(Guid EventId, string RecordId, bool IsInsert, string At, (string Field, string Value)[] Fields)
{
    public const string Tasks = "tasks";

    public string Table { get; init; } = Tasks;

    public static string Now() => DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("eventId", EventId);
        json.WriteString("table", Table);
        json.WriteString("id", RecordId);
        json.WriteString("op", IsInsert ? "insert" : "update");
        json.WriteStartObject(IsInsert ? "data" : "fields");
        if (IsInsert)
        {
            json.WriteString("id", RecordId);
            json.WriteString("createdAt", At);
        }

        foreach (var (field, value) in Fields)
            if (IsInsert)
                json.WriteString(field, value);
            else
                WriteVersion(json, field, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    void WriteVersion(Utf8JsonWriter json, string field, string value)
    {
        json.WriteStartObject(field);
        json.WriteString("value", value);
        json.WriteString("at", At);
        json.WriteEndObject();
    }
}
