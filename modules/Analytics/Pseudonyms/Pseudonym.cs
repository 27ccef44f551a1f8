using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Analytics.Pseudonyms;

/// <summary>
/// What somebody is called on the board (commerce.md 10.6): a digest of the user id that nobody can make without the secret, and a name that follows
/// from the digest alone.
/// </summary>
internal static class Pseudonym
{
    const int Suffixes = 10_000;

    /// <summary>64 lower-case hex characters.</summary>
    /// <param name="keyed">HMAC; false: SHA-256 of id and secret together, as the original made them.</param>
    public static string Hash(string userId, string secret, bool keyed) => Convert.ToHexStringLower(keyed
        ? HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(userId))
        : SHA256.HashData(Encoding.UTF8.GetBytes($"{userId}:{secret}")));

    public static (int Adjective, int Animal, int Suffix) Indexes(string hash, int adjectives, int animals)
    {
        var n = BinaryPrimitives.ReadUInt64BigEndian(Convert.FromHexString(hash.AsSpan(0, 16)));
        var (a, b) = ((ulong)adjectives, (ulong)animals);
        return ((int)(n % a), (int)(n / a % b), (int)(n / (a * b) % Suffixes));
    }

    public static string Name(string hash)
    {
        var (adjective, animal, suffix) = Indexes(hash, PseudonymWords.Adjectives.Count, PseudonymWords.Animals.Count);
        return string.Create(CultureInfo.InvariantCulture, $"{PseudonymWords.Adjectives[adjective]} {PseudonymWords.Animals[animal]} #{suffix:0000}");
    }
}
