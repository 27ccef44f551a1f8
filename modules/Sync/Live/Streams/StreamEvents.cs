using System.Buffers;
using System.Text;
using System.Text.Json;
using Mana.Sync.Pull;
using Mana.Sync.Wire;

namespace Mana.Sync.Live.Streams;

/// <summary>
/// Frames of an event stream (sync.md 8.2): <c>event:</c>, one <c>data:</c> line, an empty line. The last line of a <c>changes</c> event is held
/// back until the next event, because only then is it known whether an <c>id:</c> belongs to it.
/// </summary>
internal sealed class StreamEvents
{
    const int KeptBytes = 64 * 1024;

    ArrayBufferWriter<byte> _buffer = new();
    bool _isOpen;

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>An idle stream holds no large buffer.</summary>
    public void Clear()
    {
        if (_buffer.Capacity > KeptBytes)
            _buffer = new();
        else
            _buffer.ResetWrittenCount();
    }

    /// <summary>What a client gets at once, with or without news (sync.md 8.5).</summary>
    public void Greeting() => _buffer.Write(": connected\n\nretry: 5000\n\n"u8);

    public void Heartbeat()
    {
        Begin("heartbeat"u8);
        _buffer.Write("{}\n\n"u8);
    }

    public void Closed(string reason)
    {
        Begin("closed"u8);
        Text($$"""{"reason":"{{reason}}"}""");
        _buffer.Write("\n\n"u8);
    }

    public void SpaceRemoved(string spaceId)
    {
        Begin("space-removed"u8);
        _buffer.Write("{\"spaceId\":"u8);
        Quoted(spaceId);
        _buffer.Write("}\n\n"u8);
    }

    /// <summary>One page of one table.</summary>
    /// <param name="appId">Only on the stream of several apps.</param>
    /// <param name="rows">All of <paramref name="table"/>.</param>
    public void Changes(string? appId, string table, IEnumerable<FeedRow> rows, long syncedUntil, bool hasMore)
    {
        Begin("changes"u8);
        _buffer.Write("{\"changes\":["u8);
        var first = true;
        foreach (var row in rows)
        {
            if (!first)
                _buffer.Write(","u8);
            first = false;
            _buffer.Write(row.Json.Span);
        }

        _buffer.Write(hasMore ? "],\"hasMore\":true,\"syncedUntil\":\""u8 : "],\"hasMore\":false,\"syncedUntil\":\""u8);
        Text(Rfc3339.FormatMicros(syncedUntil));
        _buffer.Write("\",\"table\":"u8);
        Quoted(table);
        if (appId is not null)
        {
            _buffer.Write(",\"appId\":"u8);
            Quoted(appId);
        }

        _buffer.Write("}\n"u8);
        _isOpen = true;
    }

    /// <summary>Ends the last <c>changes</c> event, with the cursor that resuming there needs; does nothing when none is open.</summary>
    public void End(string? id)
    {
        if (!_isOpen)
            return;
        if (id is not null)
            Text($"id: {id}\n");
        _buffer.Write("\n"u8);
        _isOpen = false;
    }

    void Begin(ReadOnlySpan<byte> name)
    {
        End(null);
        _buffer.Write("event: "u8);
        _buffer.Write(name);
        _buffer.Write("\ndata: "u8);
    }

    void Quoted(string text)
    {
        _buffer.Write("\""u8);
        _buffer.Write(JsonEncodedText.Encode(text).EncodedUtf8Bytes);
        _buffer.Write("\""u8);
    }

    void Text(string text)
    {
        var span = _buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        _buffer.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}
