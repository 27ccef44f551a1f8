using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Mana.Load;

/// <summary>Push bodies as the web client writes them: five fields a change, some of them new records, the others edits of known ones.</summary>
internal sealed class Payloads(string clientId, int seed)
{
    readonly Random _random = new(seed);
    readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    int _records;

    /// <summary>Of a hundred changes, <paramref name="edits"/> edit a known record.</summary>
    public ReadOnlyMemory<byte> Push(int changes, string since, int edits)
    {
        _buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_buffer);
        json.WriteStartObject();
        json.WriteString("clientId", clientId);
        json.WriteString("since", since);
        json.WriteStartArray("changes");
        var at = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        for (var i = 0; i < changes; i++)
            Change(json, at, edits);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return _buffer.WrittenMemory;
    }

    void Change(Utf8JsonWriter json, string at, int edits)
    {
        var insert = _records == 0 || _random.Next(100) >= edits;
        var id = $"{clientId}-{(insert ? _records++ : _random.Next(_records)):d7}";
        json.WriteStartObject();
        json.WriteString("table", "tasks");
        json.WriteString("id", id);
        json.WriteString("op", insert ? "insert" : "update");
        json.WriteStartObject(insert ? "data" : "fields");
        if (insert)
            json.WriteString("id", id);
        Field(json, "title", insert, at, () => json.WriteStringValue($"Aufgabe {_random.Next(1_000_000)}: Milch, Brot & Käse kaufen"));
        Field(json, "completed", insert, at, () => json.WriteBooleanValue(_random.Next(2) == 0));
        Field(json, "priority", insert, at, () => json.WriteNumberValue(_random.Next(5)));
        Field(json, "order", insert, at, () => json.WriteNumberValue(_random.NextDouble() * 1000));
        Field(json, insert ? "createdAt" : "dueDate", insert, at, () => json.WriteStringValue(at));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Field(Utf8JsonWriter json, string name, bool plain, string at, Action value)
    {
        json.WritePropertyName(name);
        if (plain)
        {
            value();
            return;
        }

        json.WriteStartObject();
        json.WritePropertyName("value");
        value();
        json.WriteString("at", at);
        json.WriteEndObject();
    }
}
