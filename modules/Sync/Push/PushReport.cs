using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>The members that only a push response has: <c>conflicts</c> (filled on request, sync.md 13.6) and <c>acks</c> (sync.md 2.4).</summary>
internal static class PushReport
{
    static readonly JsonWriterOptions Raw = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> output, Changeset changeset, PushOutcome? outcome)
    {
        output.Write(",\"conflicts\":"u8);
        using (var json = new Utf8JsonWriter(output, Raw))
            WriteConflicts(json, changeset.ReportConflicts ? outcome?.Conflicts : null);
        if (outcome is null || !outcome.Acks.Exists(ack => ack.EventId is not null))
            return;
        output.Write(",\"acks\":"u8);
        using (var json = new Utf8JsonWriter(output, Raw))
            WriteAcks(json, outcome.Acks);
    }

    static void WriteConflicts(Utf8JsonWriter json, List<Conflict>? conflicts)
    {
        json.WriteStartArray();
        foreach (var conflict in conflicts ?? [])
        {
            json.WriteStartObject();
            json.WriteString("table", conflict.Key.Table);
            json.WriteString("id", conflict.Key.Id);
            json.WriteString("field", conflict.Field);
            WriteRaw(json, "clientValue", conflict.Pushed.Value);
            WriteRaw(json, "clientTimestamp", conflict.Pushed.At);
            WriteRaw(json, "serverValue", conflict.Current.Value);
            WriteRaw(json, "serverTimestamp", conflict.Current.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteAcks(Utf8JsonWriter json, List<Ack> acks)
    {
        json.WriteStartArray();
        foreach (var ack in acks)
        {
            json.WriteStartObject();
            json.WriteNumber("index", ack.Index);
            if (ack.EventId is { } id)
                json.WriteString("eventId", id);
            json.WriteString("status", ack.Duplicate ? "duplicate" : "stored");
            if (ack.ClampedAt is { } at)
                WriteRaw(json, "at", at);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteRaw(Utf8JsonWriter json, string name, ReadOnlyMemory<byte> token)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(token.Span, skipInputValidation: true);
    }
}
