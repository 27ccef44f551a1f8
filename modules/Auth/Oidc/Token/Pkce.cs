using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Auth.Oidc.Token;

/// <summary>RFC 7636 4.6, with S256 alone.</summary>
internal static class Pkce
{
    const int Shortest = 43;
    const int Longest = 128;

    /// <summary>
    /// True without a challenge only when there is no verifier either: a verifier for nothing means that somebody took the challenge out of the
    /// request (RFC 9700 4.8.2).
    /// </summary>
    public static bool Holds(string? challenge, string? verifier)
    {
        if (challenge is null || verifier is null)
            return challenge is null && verifier is null;
        if (verifier.Length is < Shortest or > Longest || !verifier.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' or '~'))
            return false;
        var computed = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(computed), Encoding.ASCII.GetBytes(challenge));
    }
}
