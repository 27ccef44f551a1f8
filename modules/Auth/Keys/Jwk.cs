using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Auth.Keys;

/// <summary>The public half of a key as JOSE writes it (RFC 7518 6.3, RFC 8037).</summary>
internal static class Jwk
{
    /// <summary>RFC 7638: SHA-256 over the required members in lexical order, without white space.</summary>
    public static string Thumbprint(ReadOnlySpan<byte> publicKey) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"Ed25519","kty":"OKP","x":"{{Base64Url.EncodeToString(publicKey)}}"}""")));

    /// <summary>The published form (auth.md 7.4): public members only.</summary>
    public static string Public(string kid, ReadOnlySpan<byte> publicKey) =>
        $$"""{"alg":"EdDSA","crv":"Ed25519","kty":"OKP","x":"{{Base64Url.EncodeToString(publicKey)}}","kid":"{{kid}}","use":"sig"}""";

    public static string Thumbprint(RSAParameters key) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"e":"{{Base64Url.EncodeToString(key.Exponent)}}","kty":"RSA","n":"{{Base64Url.EncodeToString(key.Modulus)}}"}""")));

    public static string Public(string kid, RSAParameters key) =>
        $$"""{"alg":"RS256","e":"{{Base64Url.EncodeToString(key.Exponent)}}","kty":"RSA","n":"{{Base64Url.EncodeToString(key.Modulus)}}","kid":"{{kid}}","use":"sig"}""";
}
