using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Mana.Load.Live;

internal enum Opcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>A frame; the payload is valid until the next one is read.</summary>
internal readonly record struct Frame(Opcode Opcode, bool IsLast, ReadOnlyMemory<byte> Payload);

/// <summary>RFC 6455 framing as a client needs it. Ten thousand of them must fit beside the host, so a reader is one small buffer.</summary>
internal sealed class FrameReader(Socket socket)
{
    const int LongestPayload = 256 * 1024;
    byte[] _buffer = new byte[512];
    int _from;
    int _to;

    /// <summary>The HTTP answer to the upgrade, up to the empty line.</summary>
    public async Task<string> ReadHeadAsync(CancellationToken cancellationToken)
    {
        int end;
        while ((end = _buffer.AsSpan(_from, _to - _from).IndexOf("\r\n\r\n"u8)) < 0)
            await FillAsync(_to - _from + 1, cancellationToken);
        var head = Encoding.ASCII.GetString(_buffer, _from, end);
        _from += end + 4;
        return head;
    }

    public async Task<Frame> ReadAsync(CancellationToken cancellationToken)
    {
        await FillAsync(2, cancellationToken);
        var (first, length, header) = (_buffer[_from], (long)(_buffer[_from + 1] & 0x7f), 2);
        if (length == 126)
        {
            await FillAsync(header = 4, cancellationToken);
            length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_from + 2));
        }
        else if (length == 127)
        {
            await FillAsync(header = 10, cancellationToken);
            length = BinaryPrimitives.ReadInt64BigEndian(_buffer.AsSpan(_from + 2));
        }

        if (length > LongestPayload)
            throw new InvalidDataException($"The host sent a frame of {length:n0} bytes.");
        await FillAsync(header + (int)length, cancellationToken);
        var payload = _buffer.AsMemory(_from + header, (int)length);
        _from += header + (int)length;
        return new Frame((Opcode)(first & 0x0f), (first & 0x80) != 0, payload);
    }

    /// <summary>A client's frame. The mask that the RFC demands protects proxies; between here and the host there is none, so it is zero.</summary>
    public static byte[] Write(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var extended = payload.Length > ushort.MaxValue ? 8 : payload.Length > 125 ? 2 : 0;
        var frame = new byte[2 + extended + 4 + payload.Length];
        frame[0] = (byte)(0x80 | (byte)opcode);
        frame[1] = (byte)(0x80 | (extended switch { 8 => 127, 2 => 126, _ => payload.Length }));
        if (extended == 2)
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        else if (extended == 8)
            BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), payload.Length);
        payload.CopyTo(frame.AsSpan(frame.Length - payload.Length));
        return frame;
    }

    /// <summary>At least <paramref name="count"/> unread bytes.</summary>
    async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_from > 0 && _from + count > _buffer.Length)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        if (count > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(count, _buffer.Length * 2));
        while (_to - _from < count)
        {
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_to), cancellationToken);
            if (received == 0)
                throw new EndOfStreamException("The host closed the connection.");
            _to += received;
        }
    }
}
