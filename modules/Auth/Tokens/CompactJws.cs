using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Mana.Auth.Keys;

namespace Mana.Auth.Tokens;

/// <summary>
/// The JWS compact serialization (RFC 7515 3.1, 7.1), read strictly: three segments, canonical base64url without padding,
/// JSON objects without duplicate members. Nothing in it is believed before its signature is checked.
/// </summary>
internal sealed record CompactJws(string? Algorithm, string? Type, string? KeyId, bool HasCritical, byte[] SigningInput, byte[] Payload, byte[] Signature)
{
    /// <summary>A token longer than this is not looked at (auth.md 7.1 keeps ours below 1 KiB).</summary>
    public const int LongestToken = 8 * 1024;

    static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Null for anything that is not exactly one JWS.</summary>
    public static CompactJws? Parse(string token)
    {
        if (token.Length > LongestToken)
            return null;
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var second = first < 0 ? -1 : token.IndexOf('.', first + 1);
        if (second < 0
            || Decode(token.AsSpan(0, first)) is not { } header
            || Decode(token.AsSpan(first + 1, second - first - 1)) is not { } payload
            || Decode(token.AsSpan(second + 1)) is not { } signature)
            return null;
        using var json = ParseObject(header);
        if (json is null || !TryText(json, "alg", out var algorithm) || !TryText(json, "typ", out var type) || !TryText(json, "kid", out var keyId))
            return null;
        var critical = json.RootElement.TryGetProperty("crit", out _);
        return new CompactJws(algorithm, type, keyId, critical, Encoding.ASCII.GetBytes(token, 0, second), payload, signature);
    }

    /// <summary>Writes one.</summary>
    /// <param name="type">What the token says it is (RFC 8725 3.11), so that none passes for another.</param>
    public static string Sign(LoadedKey key, string type, ReadOnlySpan<byte> payload)
    {
        var header = Encoding.ASCII.GetBytes($$"""{"alg":"{{key.Key.Algorithm}}","kid":"{{key.Kid}}","typ":"{{type}}"}""");
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Null when the bytes are not one JSON object with distinct members.</summary>
    public static JsonDocument? ParseObject(byte[] utf8)
    {
        JsonDocument? json = null;
        try
        {
            json = JsonDocument.Parse(utf8, Strict);
            if (json.RootElement.ValueKind == JsonValueKind.Object && (utf8.AsSpan().IndexOf("\\u"u8) < 0 || IsText(json.RootElement)))
                return json;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or JSON that holds an escaped half of a surrogate pair: the caller refuses the token.
        }

        json?.Dispose();
        return null;
    }

    /// <summary>Reads every name and text once; one that is none throws, here rather than wherever it is first looked at.</summary>
    static bool IsText(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().All(member => member.Name is not null && IsText(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().All(IsText),
        JsonValueKind.String => element.GetString() is not null,
        _ => true,
    };

    /// <summary>False when the member is there and is not text; an absent one is null.</summary>
    public static bool TryText(JsonDocument json, string name, out string? value)
    {
        value = null;
        if (!json.RootElement.TryGetProperty(name, out var member))
            return true;
        if (member.ValueKind != JsonValueKind.String)
            return false;
        value = member.GetString();
        return true;
    }

    /// <summary>A second spelling of one token must not exist: no white space, no padding (the decoder would take both), no stray trailing bits.</summary>
    static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.ContainsAnyExcept(Alphabet))
            return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done)
            return null;
        Array.Resize(ref bytes, length);
        return bytes;
    }
}
