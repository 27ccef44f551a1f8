using System.Security.Cryptography;
using System.Text;

namespace Mana.Auth.Cookies;

/// <summary>
/// A value in a cookie that nobody but us can have written: <c>value.signature</c>, the signature being standard base64, with padding, of
/// HMAC-SHA-256 (auth.md 6.2, vector in 32). The response escapes it for the cookie.
/// </summary>
internal sealed class SignedValue(CookieSettings settings)
{
    const int SignatureLength = 44;

    readonly List<byte[]> _keys = [.. settings.Secrets().Select(Encoding.UTF8.GetBytes)];

    public string Sign(string value) => $"{value}.{Convert.ToBase64String(Signature(_keys[0], value))}";

    /// <summary>The value, when one of our secrets signed it.</summary>
    public string? Open(string? text)
    {
        if (text is null || text.Length <= SignatureLength + 1 || text[^(SignatureLength + 1)] != '.')
            return null;
        var value = text[..^(SignatureLength + 1)];
        // As text: base64 has several spellings for one signature, and we wrote one.
        var given = Encoding.UTF8.GetBytes(text[^SignatureLength..]);
        var signed = false;
        foreach (var key in _keys)
            signed |= CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Convert.ToBase64String(Signature(key, value))));
        return signed ? value : null;
    }

    static byte[] Signature(byte[] key, string value) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(value));
}
