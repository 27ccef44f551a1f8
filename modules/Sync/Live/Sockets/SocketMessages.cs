using System.Buffers;
using System.Text.Json;
using Mana.Sync.Wire;

namespace Mana.Sync.Live.Sockets;

/// <summary>The JSON text frames of sync.md 9.1, as sent.</summary>
internal static class SocketMessages
{
    public static readonly byte[] AuthOk = """{"type":"auth-ok"}"""u8.ToArray();

    public static readonly byte[] Pong = """{"type":"pong"}"""u8.ToArray();

    public static byte[] SyncAvailable(string appId, IEnumerable<string> tables, long position) => Write("sync-available", json =>
    {
        json.WriteString("appId", appId);
        json.WriteStartArray("tables");
        foreach (var table in tables)
            json.WriteStringValue(table);
        json.WriteEndArray();
        json.WriteString("syncedUntil", Rfc3339.FormatMicros(position));
    });

    public static byte[] SpaceRemoved(string spaceId) => Write("space-removed", json => json.WriteString("spaceId", spaceId));

    /// <summary>The original carries the text of an error in <c>tables</c>, and its clients read it there.</summary>
    public static byte[] Error(string code, string message) => Write("error", json =>
    {
        json.WriteStartArray("tables");
        json.WriteStringValue(code);
        json.WriteEndArray();
        json.WriteString("message", message);
    });

    static byte[] Write(string type, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(160);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
