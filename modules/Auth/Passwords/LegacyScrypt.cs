using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Keys;

namespace Mana.Auth.Passwords;

/// <summary>
/// Hashes of the original (auth.md 5.4): <c>saltHex:keyHex</c>, scrypt (RFC 7914) with N=16384, r=16, p=1 and 64 bytes. The salt is the hex
/// text itself. They are verified and replaced at the next sign-in; none is ever made.
/// </summary>
internal static class LegacyScrypt
{
    const int SaltLength = 32;
    const int KeyLength = 64;
    const int Cost = 16384;
    const int BlockSize = 16;
    const int Parallelism = 1;

    /// <summary>What one verification takes; how many may run at once depends on it.</summary>
    public const long MemoryInBytes = 128L * Cost * BlockSize;

    /// <summary>Identity's own hashes are base64 and have no colon.</summary>
    public static bool IsLegacy(string hash) =>
        hash.Length == SaltLength + 1 + (2 * KeyLength) && hash[SaltLength] == ':' && IsHex(hash.AsSpan(0, SaltLength)) && IsHex(hash.AsSpan(SaltLength + 1));

    /// <summary>In constant time, once the key is derived.</summary>
    /// <param name="password">In NFKC.</param>
    public static bool Verify(string hash, string password)
    {
        var expected = Convert.FromHexString(hash.AsSpan(SaltLength + 1));
        var key = new byte[KeyLength];
        LibCrypto.Scrypt(Encoding.UTF8.GetBytes(password), Encoding.ASCII.GetBytes(hash[..SaltLength]), Cost, BlockSize, Parallelism, 2 * MemoryInBytes, key);
        return CryptographicOperations.FixedTimeEquals(expected, key);
    }

    static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
            if (!char.IsAsciiHexDigitLower(letter))
                return false;
        return true;
    }
}
