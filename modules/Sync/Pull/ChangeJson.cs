using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mana.Sync.Merge;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>
/// Writes a log row as a change (sync.md 2.1) straight from the database's buffer to the response's. The stored body is already the
/// tail of the wire object, so a value passes through untouched: not parsed, not re-encoded.
/// </summary>
internal static class ChangeJson
{
    public static void Write(IBufferWriter<byte> output, NpgsqlDataReader row) => Write(
        output, row.GetGuid(1), row.GetInt16(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4), (EditKind)row.GetInt16(5), row.GetFieldValue<byte[]>(6));

    public static void Write(
        IBufferWriter<byte> output, Guid eventId, int schemaVersion, ReadOnlySpan<byte> table, ReadOnlySpan<byte> id, EditKind kind, ReadOnlySpan<byte> body)
    {
        output.Write("{\"eventId\":\""u8);
        WriteGuid(output, eventId);
        output.Write("\",\"schemaVersion\":"u8);
        WriteNumber(output, schemaVersion);
        output.Write(",\"table\":\""u8);
        WriteText(output, table);
        output.Write("\",\"id\":\""u8);
        WriteText(output, id);
        output.Write("\",\"op\":\""u8);
        output.Write(OpName(kind));
        output.Write("\""u8);
        WriteTail(output, body);
    }

    static ReadOnlySpan<byte> OpName(EditKind kind) => kind switch
    {
        EditKind.Insert => "insert"u8,
        EditKind.Update or EditKind.Folded => "update"u8,
        EditKind.Delete or EditKind.Erase => "delete"u8,
        EditKind.Refused => throw new ArgumentException("Nobody is told of what was refused.", nameof(kind)),
    };

    /// <summary><c>{"fields":…}</c> becomes <c>,"fields":…}</c>; an empty body just closes the object.</summary>
    static void WriteTail(IBufferWriter<byte> output, ReadOnlySpan<byte> body)
    {
        if (body.Length > 2)
            output.Write(","u8);
        output.Write(body[1..]);
    }

    static void WriteGuid(IBufferWriter<byte> output, Guid id)
    {
        var span = output.GetSpan(36);
        Utf8Formatter.TryFormat(id, span, out var written);
        output.Advance(written);
    }

    static void WriteNumber(IBufferWriter<byte> output, long number)
    {
        var span = output.GetSpan(20);
        Utf8Formatter.TryFormat(number, span, out var written);
        output.Advance(written);
    }

    static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny((byte)'"', (byte)'\\') < 0 && text.IndexOfAnyInRange((byte)0, (byte)0x1f) < 0)
            output.Write(text);
        else
            output.Write(JsonEncodedText.Encode(Encoding.UTF8.GetString(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
    }
}
