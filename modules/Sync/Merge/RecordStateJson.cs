using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mana.Sync.Wire;

namespace Mana.Sync.Merge;

/// <summary>
/// The stored form of a merged record: <c>{"f":{"title":["Milk","2026-…Z",1766…]},"i":[at,seq],"e":[at,seq]}</c>, i.e. value, time as
/// received, log position; then the stamps of the newest full insert and of the newest hard delete (µs, position).
/// </summary>
internal static class RecordStateJson
{
    static readonly JsonWriterOptions Raw = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Write(RecordState state)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Raw))
        {
            json.WriteStartObject();
            json.WriteStartObject("f");
            foreach (var (name, version) in state.Fields)
            {
                json.WriteStartArray(name);
                json.WriteRawValue(version.Value.Span, skipInputValidation: true);
                json.WriteRawValue(version.At.Span, skipInputValidation: true);
                json.WriteNumberValue(version.Stamp.Seq);
                json.WriteEndArray();
            }

            json.WriteEndObject();
            WriteStamp(json, "i", state.Inserted);
            WriteStamp(json, "e", state.Erased);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static RecordState Read(ReadOnlyMemory<byte> stored)
    {
        var json = new Utf8JsonReader(stored.Span);
        var fields = new Dictionary<string, FieldVersion>(StringComparer.Ordinal);
        Stamp? inserted = null, erased = null;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("f"u8))
                ReadFields(ref json, stored, fields);
            else if (json.ValueTextEquals("i"u8))
                inserted = ReadStamp(ref json);
            else
                erased = ReadStamp(ref json);
        }

        return new RecordState(fields, inserted, erased);
    }

    static void ReadFields(ref Utf8JsonReader json, ReadOnlyMemory<byte> stored, Dictionary<string, FieldVersion> fields)
    {
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            var value = Slice(ref json, stored);
            var at = Slice(ref json, stored);
            json.Read();
            if (!Rfc3339.TryParse(at.Span[1..^1], out var micros))
                throw new InvalidDataException($"The stored time of a field is unreadable (position {json.GetInt64()}).");
            fields[name] = new FieldVersion(new Stamp(micros, json.GetInt64()), at, value);
            json.Read();
        }
    }

    static ReadOnlyMemory<byte> Slice(ref Utf8JsonReader json, ReadOnlyMemory<byte> stored)
    {
        json.Read();
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return stored[start..(int)json.BytesConsumed];
    }

    static Stamp ReadStamp(ref Utf8JsonReader json)
    {
        json.Read();
        json.Read();
        var at = json.GetInt64();
        json.Read();
        var stamp = new Stamp(at, json.GetInt64());
        json.Read();
        return stamp;
    }

    static void WriteStamp(Utf8JsonWriter json, string name, Stamp? stamp)
    {
        if (stamp is not { } value)
            return;
        json.WriteStartArray(name);
        json.WriteNumberValue(value.At);
        json.WriteNumberValue(value.Seq);
        json.WriteEndArray();
    }
}
