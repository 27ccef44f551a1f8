using System.Text;
using System.Text.Json;

namespace Mana.Sync.Wire;

/// <summary>A forward reader over a request body that hands out values as raw slices of it, and notices U+0000 on the way.</summary>
internal ref struct JsonTokens(ReadOnlyMemory<byte> body)
{
    readonly ReadOnlyMemory<byte> _body = body;
    Utf8JsonReader _json = new(body.Span, new JsonReaderOptions { MaxDepth = Limits.JsonDepth });

    /// <summary>A string that was read since the last reset holds U+0000, which PostgreSQL cannot store.</summary>
    public bool SawNul { get; private set; }

    public readonly JsonTokenType Type => _json.TokenType;

    public readonly bool IsNull => _json.TokenType == JsonTokenType.Null;

    public bool Read() => _json.Read();

    /// <summary>Moves to the next member of the current object; false at its end.</summary>
    public bool NextMember() => _json.Read() && _json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Is the current member's name this one? Protocol names match whatever their case (sync.md 2).</summary>
    public readonly bool Named(ReadOnlySpan<byte> name) => _json.ValueIsEscaped
        ? Ascii.EqualsIgnoreCase(Encoding.UTF8.GetBytes(_json.GetString()!), name)
        : Ascii.EqualsIgnoreCase(_json.ValueSpan, name);

    /// <summary>The current string or name, unescaped.</summary>
    public string Text()
    {
        NoticeNul();
        return _json.GetString()!;
    }

    public readonly bool TryInt64(out long value)
    {
        value = 0;
        return _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out value);
    }

    /// <summary>The current value, whole, as it stands in the body; leaves the reader on its last token.</summary>
    public ReadOnlyMemory<byte> Raw()
    {
        var start = (int)_json.TokenStartIndex;
        NoticeNul();
        if (_json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = _json.CurrentDepth;
            while (_json.Read() && _json.CurrentDepth > depth)
                NoticeNul();
        }

        return _body[start..(int)_json.BytesConsumed];
    }

    /// <summary>The current string as a time; false when it is no RFC 3339 timestamp.</summary>
    public bool TryTime(out RawTime time)
    {
        time = default;
        if (_json.TokenType != JsonTokenType.String)
            return false;
        var token = Raw();
        if (!Rfc3339.TryParse(token.Span[1..^1], out var micros))
            return false;
        time = new RawTime(token, micros);
        return true;
    }

    public void ResetNul() => SawNul = false;

    void NoticeNul()
    {
        if (_json.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !_json.ValueIsEscaped || SawNul)
            return;
        // Only a text that holds these six bytes can hold the character; whether the backslash is itself escaped, unescaping tells.
        if (_json.ValueSpan.IndexOf("\\u0000"u8) >= 0)
            SawNul = _json.GetString()!.Contains('\0', StringComparison.Ordinal);
    }
}
