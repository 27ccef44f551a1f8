using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Mana.Sync.Cursors;
using Mana.Sync.Merge;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>
/// Streams a SyncResponse (sync.md 2.4) while the rows arrive: memory does not grow with the page. Its own buffer, so that a failure before
/// the first flush can still become a clean error response.
/// </summary>
internal sealed class DeltaWriter(PipeWriter output, DeltaRequest request)
{
    const int FlushAt = 48 * 1024;

    readonly ArrayBufferWriter<byte> _buffer = new(16 * 1024);
    long _last;
    long _whole;
    bool _sent;

    public int Count { get; private set; }

    /// <summary>
    /// For a source that failed in the middle: true when nothing has left yet, and another may start from the first row again.
    /// </summary>
    public bool TryRestart()
    {
        if (_sent)
            return false;
        _buffer.ResetWrittenCount();
        (_last, _whole, Count) = (0, 0, 0);
        return true;
    }

    /// <summary>The newest position of which every row was written: a page may end behind it. 0 for none.</summary>
    public long Whole => _whole;

    /// <summary>Writes one page of <see cref="DeltaQuery.Rows"/>.</summary>
    /// <returns>The position behind which the page was cut; null when everything was written.</returns>
    public async Task<long?> WriteRowsAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        WriteStart();
        while (await rows.ReadAsync(cancellationToken))
        {
            var seq = rows.GetInt64(0);
            if (Count >= request.PageSize && seq != _last)
                return _last;
            if (seq != _last)
                _whole = _last;
            _last = seq;
            Separate();
            ChangeJson.Write(_buffer, rows);
            if (_buffer.WrittenCount >= FlushAt)
                await FlushAsync(cancellationToken);
        }

        return null;
    }

    public void WriteStart() => _buffer.Write("{\"serverChanges\":["u8);

    /// <summary>Writes a change that is no row of the log.</summary>
    public async ValueTask WriteAsync(Guid eventId, string table, string id, EditKind kind, byte[] body, CancellationToken cancellationToken)
    {
        Separate();
        ChangeJson.Write(_buffer, eventId, Limits.SchemaVersion, Encoding.UTF8.GetBytes(table), Encoding.UTF8.GetBytes(id), kind, body);
        if (_buffer.WrittenCount >= FlushAt)
            await FlushAsync(cancellationToken);
    }

    /// <summary>Newest position that was written; 0 for none.</summary>
    public long Last => _last;

    /// <summary>Closes the answer: where the page ended, and what <paramref name="extras"/> adds.</summary>
    /// <param name="covers">What the cursor is for, when it is not what was asked for.</param>
    /// <param name="extras">Writes members that only a push has, each with a leading comma.</param>
    public async Task WriteEndAsync(PageEnd end, Action<IBufferWriter<byte>> extras, CancellationToken cancellationToken, Selection? covers = null)
    {
        _buffer.Write("]"u8);
        extras(_buffer);
        _buffer.Write(",\"syncedUntil\":\""u8);
        WriteAscii(Rfc3339.FormatMicros(end.SyncedUntil));
        _buffer.Write("\",\"cursor\":\""u8);
        WriteAscii(new SyncCursor(covers ?? request.Selection, end.Vector).Encode(request.Caller.UserId));
        _buffer.Write(end.HasMore ? "\",\"hasMore\":true}"u8 : "\"}"u8);
        await FlushAsync(cancellationToken);
    }

    void Separate()
    {
        if (Count++ > 0)
            _buffer.Write(","u8);
    }

    async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        _sent = true;
        await output.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }

    void WriteAscii(string text)
    {
        var span = _buffer.GetSpan(text.Length);
        _buffer.Advance(Encoding.ASCII.GetBytes(text, span));
    }
}
