using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mana.Sync.Merge;

namespace Mana.Sync.Wire;

/// <summary>Writes JSON from tokens that were validated when they came in: values pass through verbatim.</summary>
internal static class RawJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Object(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static void WriteRaw(this Utf8JsonWriter json, string name, ReadOnlyMemory<byte> token)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(token.Span, skipInputValidation: true);
    }

    public static void WriteVersion(this Utf8JsonWriter json, string name, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> at)
    {
        json.WriteStartObject(name);
        json.WriteRaw("value", value);
        json.WriteRaw("at", at);
        json.WriteEndObject();
    }

    public static void WriteVersions(this Utf8JsonWriter json, IEnumerable<KeyValuePair<string, FieldVersion>> fields)
    {
        json.WriteStartObject("fields");
        foreach (var (name, version) in fields)
            json.WriteVersion(name, version.Value, version.At);
        json.WriteEndObject();
    }

    /// <summary>The members of a change that say where it belongs and where it came from; what is absent is left out, never null.</summary>
    public static void WriteTail(this Utf8JsonWriter json, string? spaceId, ReadOnlyMemory<byte> actor, string? origin)
    {
        if (spaceId is not null)
            json.WriteString("spaceId", spaceId);
        if (!actor.IsEmpty)
            json.WriteRaw("actor", actor);
        if (origin is not null)
            json.WriteString("origin", origin);
    }
}
