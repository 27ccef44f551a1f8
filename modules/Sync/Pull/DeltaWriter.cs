using System.Buffers;
using System.IO.Pipelines;
using Mana.Sync.Cursors;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>Streams a SyncResponse (sync.md 2.4) while the rows arrive: memory does not grow with the page.</summary>
internal static class DeltaWriter
{
    const int FlushAt = 48 * 1024;

    /// <summary>
    /// Expects <paramref name="rows"/> on the first result of <see cref="DeltaQuery"/>. <paramref name="extras"/> writes members that only
    /// a push has, each with a leading comma. Returns how many changes were delivered.
    /// </summary>
    public static async Task<int> WriteAsync(
        PipeWriter output, NpgsqlDataReader rows, DeltaRequest request, Action<IBufferWriter<byte>> extras, CancellationToken cancellationToken)
    {
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var (scopeSeq, now) = (rows.GetInt64(0), rows.GetInt64(1));
        await rows.NextResultAsync(cancellationToken);

        // Its own buffer, so that a failure before the first flush can still become a clean error response.
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        buffer.Write("{\"serverChanges\":["u8);
        var (count, last, hasMore) = (0, 0L, false);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (hasMore = count == request.PageSize)
                break;
            if (count++ > 0)
                buffer.Write(","u8);
            last = rows.GetInt64(0);
            ChangeJson.Write(buffer, rows);
            if (buffer.WrittenCount < FlushAt)
                continue;
            await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }

        // Rows that committed between the two statements may lie beyond the position read first.
        var end = hasMore ? request.Position.CutAt(last) : request.Position.CompleteAt(Math.Max(scopeSeq, last), now);
        WriteEnd(buffer, request, end, hasMore, extras);
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
        return count;
    }

    static void WriteEnd(ArrayBufferWriter<byte> output, DeltaRequest request, long end, bool hasMore, Action<IBufferWriter<byte>> extras)
    {
        output.Write("]"u8);
        extras(output);
        output.Write(",\"syncedUntil\":\""u8);
        WriteAscii(output, Rfc3339.FormatMicros(end));
        output.Write("\",\"cursor\":\""u8);
        WriteAscii(output, new SyncCursor(request.AppId, request.Collection, end).Encode(request.Caller.UserId));
        output.Write(hasMore ? "\",\"hasMore\":true}"u8 : "\"}"u8);
    }

    static void WriteAscii(ArrayBufferWriter<byte> output, string text)
    {
        var span = output.GetSpan(text.Length);
        output.Advance(System.Text.Encoding.ASCII.GetBytes(text, span));
    }
}
