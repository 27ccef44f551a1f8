using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Mana.Auth.Keys;

namespace Mana.Auth.Tests.Tokens;

/// <summary>Takes tokens apart and puts wrong ones together.</summary>
internal static class TokenText
{
    public static JsonElement Header(string token) => Segment(token, 0);

    public static JsonElement Claims(string token) => Segment(token, 1);

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Sign(ISignatureKey key, string header, string claims)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    static JsonElement Segment(string token, int index) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[index])).RootElement;
}
