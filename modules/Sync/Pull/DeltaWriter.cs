using System.Buffers;
using System.Text;
using Mana.Sync.Cursors;
using Mana.Sync.Merge;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>
/// Streams a SyncResponse (sync.md 2.4) while the rows arrive. A page ends early when its reader is too far behind: what is left waits for
/// the next request instead of keeping a connection of the database.
/// </summary>
internal sealed class DeltaWriter(AnswerOutput output, DeltaRequest request)
{
    long _last;
    long _whole;

    public int Count { get; private set; }

    /// <summary>
    /// For a source that failed in the middle: true when nothing has left yet, and another may start from the first row again.
    /// </summary>
    public bool TryRestart()
    {
        if (!output.TryRestart())
            return false;
        (_last, _whole, Count) = (0, 0, 0);
        return true;
    }

    /// <summary>The newest position of which every row was written: a page may end behind it. 0 for none.</summary>
    public long Whole => _whole;

    /// <summary>Nothing more fits into this page.</summary>
    public bool IsFull => Count >= request.PageSize || (Count > 0 && output.IsFull);

    /// <summary>Writes one page of <see cref="DeltaQuery.Rows"/>.</summary>
    /// <returns>The position behind which the page was cut; null when everything was written.</returns>
    public async Task<long?> WriteRowsAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        WriteStart();
        while (await rows.ReadAsync(cancellationToken))
        {
            var seq = rows.GetInt64(0);
            if (seq != _last && IsFull)
                return _last;
            if (seq != _last)
                _whole = _last;
            _last = seq;
            Write(rows, cancellationToken);
        }

        return null;
    }

    /// <summary>Writes further rows, however full the page is: a handful.</summary>
    public async Task WriteAllAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        while (await rows.ReadAsync(cancellationToken))
            Write(rows, cancellationToken);
    }

    public void WriteStart() => output.Buffer.Write("{\"serverChanges\":["u8);

    /// <summary>Writes a change that is no row of the log.</summary>
    public void Write(Guid eventId, string table, string id, EditKind kind, byte[] body, CancellationToken cancellationToken)
    {
        Separate();
        ChangeJson.Write(output.Buffer, eventId, Limits.SchemaVersion, Encoding.UTF8.GetBytes(table), Encoding.UTF8.GetBytes(id), kind, body);
        output.Pump(cancellationToken);
    }

    /// <summary>Newest position that was written; 0 for none.</summary>
    public long Last => _last;

    /// <summary>Closes the answer: where the page ended, and what <paramref name="extras"/> adds.</summary>
    /// <param name="covers">What the cursor is for, when it is not what was asked for.</param>
    /// <param name="extras">Writes members that only a push has, each with a leading comma.</param>
    public async Task WriteEndAsync(PageEnd end, Action<IBufferWriter<byte>> extras, CancellationToken cancellationToken, Selection? covers = null)
    {
        var buffer = output.Buffer;
        buffer.Write("]"u8);
        extras(buffer);
        buffer.Write(",\"syncedUntil\":\""u8);
        WriteAscii(Rfc3339.FormatMicros(end.SyncedUntil));
        // One that would not be accepted again is not given: its reader goes on from the timestamp.
        if (new SyncCursor(covers ?? request.Selection, end.Vector).Encode(request.Caller.UserId) is { Length: <= SyncCursor.LongestText } cursor)
        {
            buffer.Write("\",\"cursor\":\""u8);
            WriteAscii(cursor);
        }

        buffer.Write(end.HasMore ? "\",\"hasMore\":true}"u8 : "\"}"u8);
        await output.FinishAsync(cancellationToken);
    }

    void Write(NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        Separate();
        ChangeJson.Write(output.Buffer, row);
        output.Pump(cancellationToken);
    }

    void Separate()
    {
        if (Count++ > 0)
            output.Buffer.Write(","u8);
    }

    void WriteAscii(string text)
    {
        var span = output.Buffer.GetSpan(text.Length);
        output.Buffer.Advance(Encoding.ASCII.GetBytes(text, span));
    }
}
