using System.Buffers;
using System.Net.WebSockets;

namespace Mana.Sync.Live.Sockets;

/// <summary>
/// The receiving half: takes one message after the other off a socket. Waits with an empty buffer, so that only a socket on which something
/// arrives holds memory for it.
/// </summary>
internal static class SocketReader
{
    /// <summary>sync.md 9.3.</summary>
    public const int LongestMessage = 32_768;

    const int FirstBuffer = 1024;

    /// <summary>Returns when the other side has closed, or the connection is gone; never throws for either.</summary>
    /// <param name="handle">Gets each whole text message; the bytes are its own only while it runs.</param>
    public static async Task RunAsync(SocketConnection connection, Func<ReadOnlyMemory<byte>, Task> handle)
    {
        try
        {
            while (await ReceiveAsync(connection, handle))
            {
            }

            if (!connection.IsClosing)
                await connection.CloseAsync(1000, "closing");
        }
        catch (WebSocketException violation) when (violation.WebSocketErrorCode == WebSocketError.Faulted)
        {
            // A frame that is against the protocol has been answered with a close that says so. Cutting the connection could overtake it.
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            connection.Drop();
        }
    }

    static async Task<bool> ReceiveAsync(SocketConnection connection, Func<ReadOnlyMemory<byte>, Task> handle)
    {
        var socket = connection.Socket;
        var begun = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        if (begun.MessageType == WebSocketMessageType.Close)
            return false;
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            for (var ended = begun.EndOfMessage; !ended;)
            {
                if (length == buffer.Length)
                    buffer = Grow(buffer, length);
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                    return false;
                (length, ended) = (length + part.Count, part.EndOfMessage);
                if (length > LongestMessage)
                {
                    // What follows is read and thrown away: cutting the connection now could cost the other side the reason.
                    _ = connection.CloseAsync(1009, "message too big");
                    length = 0;
                }
            }

            if (begun.MessageType == WebSocketMessageType.Text && !connection.IsClosing)
                await handle(buffer.AsMemory(0, length));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 4, LongestMessage + 1));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
