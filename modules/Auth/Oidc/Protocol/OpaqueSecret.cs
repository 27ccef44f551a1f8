using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;

namespace Mana.Auth.Oidc.Protocol;

/// <summary>Codes, tokens, ids of requests and client secrets: 256 random bits in base64url, stored as SHA-256. No letter of it needs escaping anywhere.</summary>
internal static class OpaqueSecret
{
    const int Length = 32;
    const int Longest = 128;

    /// <summary>A new one; it is shown once and stored nowhere.</summary>
    /// <param name="prefix">Tells what it is to people and to scanners for leaked secrets.</param>
    public static string New(IIdSource ids, string prefix = "")
    {
        Span<byte> secret = stackalloc byte[Length];
        ids.Fill(secret);
        return prefix + Base64Url.EncodeToString(secret);
    }

    /// <summary>Null for text that none of ours can be; it is not worth a query.</summary>
    public static byte[]? Hash(string? text) => text is { Length: > 0 and <= Longest } ? SHA256.HashData(Encoding.UTF8.GetBytes(text)) : null;
}
