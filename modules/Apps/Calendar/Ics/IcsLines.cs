using System.Text;
using System.Text.Unicode;

namespace Mana.Apps.Calendar.Ics;

/// <summary>Takes content lines; <paramref name="line"/> is where they start in the file.</summary>
internal delegate void IcsLineHandler(int line, string text);

/// <summary>
/// Bytes in, unfolded content lines out (RFC 5545 3.1). Unfolding comes before decoding, because a fold may cut a character in two. Pushed from
/// outside, so that a file is never in memory as a whole.
/// </summary>
internal sealed class IcsLines(IcsLineHandler handler, Action<IcsRemark> remark)
{
    static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    readonly byte[] _line = new byte[IcsLimits.LineBytes];
    Decoder? _utf16;
    char[]? _chars;
    byte[]? _transcoded;
    int _length;
    int _lineNumber = 1;
    int _startedAt = 1;
    bool _isFirst = true;
    bool _atLineStart = true;
    bool _isTooLong;
    bool _saidEncoding;
    bool _pendingReturn;

    /// <summary>The first bytes must come in one piece of at least three, if there are as many.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (_isFirst)
            bytes = WithoutMark(bytes);
        if (_utf16 is null)
        {
            Take(bytes);
            return;
        }

        _chars ??= new char[4096];
        _transcoded ??= new byte[4096 * 3];
        while (!bytes.IsEmpty)
        {
            _utf16.Convert(bytes, _chars, flush: false, out var used, out var written, out _);
            bytes = bytes[used..];
            Take(_transcoded.AsSpan(0, Encoding.UTF8.GetBytes(_chars.AsSpan(0, written), _transcoded)));
            if (used == 0 && written == 0)
                break;
        }
    }

    public void Complete()
    {
        _pendingReturn = false;
        Emit();
    }

    ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes)
    {
        _isFirst = false;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return bytes[3..];
        var little = bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]);
        if (!little && !bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return bytes;
        _utf16 = (little ? Encoding.Unicode : Encoding.BigEndianUnicode).GetDecoder();
        return bytes[2..];
    }

    void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_atLineStart)
            {
                _atLineStart = false;
                if (bytes[0] is (byte)' ' or (byte)'\t' && _length > 0)
                {
                    bytes = bytes[1..];
                    continue;
                }

                Emit();
                _startedAt = _lineNumber;
            }

            var end = bytes.IndexOf((byte)'\n');
            Append(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
                return;
            // A CR in the middle of a line stays; before the LF it belongs to the break.
            _pendingReturn = false;
            _lineNumber++;
            _atLineStart = true;
            bytes = bytes[(end + 1)..];
        }
    }

    void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        if (_pendingReturn)
        {
            _pendingReturn = false;
            Store((ReadOnlySpan<byte>)[(byte)'\r']);
        }

        if (bytes[^1] == '\r')
        {
            _pendingReturn = true;
            bytes = bytes[..^1];
        }

        Store(bytes);
    }

    void Store(ReadOnlySpan<byte> bytes)
    {
        if (_isTooLong || bytes.Length > _line.Length - _length)
        {
            _isTooLong = true;
            return;
        }

        bytes.CopyTo(_line.AsSpan(_length));
        _length += bytes.Length;
    }

    void Emit()
    {
        var (length, tooLong) = (_length, _isTooLong);
        (_length, _isTooLong) = (0, false);
        if (tooLong)
        {
            remark(new IcsRemark(_startedAt, "LINE_TOO_LONG", $"A line of more than {IcsLimits.LineBytes} bytes was left out"));
            return;
        }

        if (length > 0)
            handler(_startedAt, Decode(_line.AsSpan(0, length)));
    }

    string Decode(ReadOnlySpan<byte> line)
    {
        if (Utf8.IsValid(line))
            return Encoding.UTF8.GetString(line);
        if (!_saidEncoding)
            remark(new IcsRemark(_startedAt, "ENCODING", "The file is not UTF-8; it was read as Windows-1252"));
        _saidEncoding = true;
        return Windows1252.GetString(line);
    }
}
