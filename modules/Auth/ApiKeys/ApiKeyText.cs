using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;

namespace Mana.Auth.ApiKeys;

/// <summary>The form of an API key (auth.md 15): <c>sk_live_</c> and 64 lower-case hex characters; keys of the predecessor have 32.</summary>
internal static class ApiKeyText
{
    const string Start = "sk_live_";
    const int SecretLength = 32;
    const int HexLength = 64;
    const int OldHexLength = 32;
    const int PrefixLength = 8;
    static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    public static string Generate(IIdSource random)
    {
        Span<byte> secret = stackalloc byte[SecretLength];
        random.Fill(secret);
        var key = Start + Convert.ToHexStringLower(secret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    public static bool IsWellFormed(string key) =>
        key.StartsWith(Start, StringComparison.Ordinal) && key.Length - Start.Length is HexLength or OldHexLength
        && key.AsSpan(Start.Length).IndexOfAnyExcept(Hex) < 0;

    public static string Prefix(string key) => key.Substring(Start.Length, PrefixLength);

    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
