using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;

namespace Mana.Auth.Keys;

/// <summary>256 random bits as text. Only their SHA-256 is stored: nobody can guess what it is the hash of, so it needs no salt.</summary>
internal static class OpaqueToken
{
    const int Length = 32;
    const int TextLength = 43;

    public static string New(IIdSource ids)
    {
        Span<byte> secret = stackalloc byte[Length];
        ids.Fill(secret);
        return Base64Url.EncodeToString(secret);
    }

    /// <summary>Null for text that cannot be a token; it is not worth a query.</summary>
    public static byte[]? Hash(string? text) =>
        text is { Length: TextLength } && Base64Url.IsValid(text) ? SHA256.HashData(Encoding.ASCII.GetBytes(text)) : null;
}
