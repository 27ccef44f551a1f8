using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Keys;
using Mana.Auth.Tokens;

namespace Mana.Auth.Oidc.Jose;

/// <summary>Public keys of others (RFC 7517, 7518, 8037) and what they signed. Asymmetric algorithms only; the key's type decides which fit.</summary>
internal static class ClientKeys
{
    /// <summary>What client assertions and DPoP proofs may be signed with.</summary>
    public static readonly IReadOnlyList<string> Algorithms = ["ES256", "EdDSA", "PS256", "RS256"];

    const int MostKeys = 20;
    const int FewestRsaBits = 2048;

    /// <summary>A JWK set that a client may publish: without a private key, whatever else is in it.</summary>
    public static bool IsPublished(JsonElement set) =>
        set.ValueKind == JsonValueKind.Object && StoredJson.IsStorable(set) && set.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
        && keys.EnumerateArray().All(key => key.ValueKind == JsonValueKind.Object && !key.TryGetProperty("d", out _) && !key.TryGetProperty("k", out _));

    /// <summary>By one of the set's keys; by the one that is named, when one is. A key for another use or algorithm is none (RFC 7517 4.2, 4.4).</summary>
    public static bool Verify(string jwks, CompactJws jws)
    {
        using var set = JsonDocument.Parse(jwks);
        return set.RootElement.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
            && keys.EnumerateArray().Take(MostKeys).Any(key => (jws.KeyId is null || Member(key, "kid") is not { } kid || kid == jws.KeyId) && Member(key, "use") is null or "sig" && Fits(Member(key, "alg"), jws.Algorithm) && Verify(key, jws));
    }

    public static bool Verify(JsonElement key, CompactJws jws)
    {
        try
        {
            return (jws.Algorithm, Member(key, "kty"), Member(key, "crv")) switch
            {
                ("ES256", "EC", "P-256") => Curve(key) is { } curve && Using(curve, curve.VerifyData(jws.SigningInput, jws.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)),
                ("RS256", "RSA", _) => Rsa(key) is { } rsa && Using(rsa, rsa.VerifyData(jws.SigningInput, jws.Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
                ("PS256", "RSA", _) => Rsa(key) is { } rsa && Using(rsa, rsa.VerifyData(jws.SigningInput, jws.Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
                ("EdDSA" or "Ed25519", "OKP", "Ed25519") => Bytes(key, "x") is { Length: Ed25519Key.PublicLength } x && Ed25519Key.FromPublicKey(x).Verify(jws.SigningInput, jws.Signature),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            // A point that is not on the curve, an impossible modulus: no key at all.
            return false;
        }
    }

    /// <summary>RFC 7638; null for a key that could sign nothing here.</summary>
    public static string? Thumbprint(JsonElement key)
    {
        var required = Member(key, "kty") switch
        {
            "EC" when Bytes(key, "x") is not null && Bytes(key, "y") is not null => $$"""{"crv":"P-256","kty":"EC","x":"{{Member(key, "x")}}","y":"{{Member(key, "y")}}"}""",
            "OKP" when Bytes(key, "x") is not null => $$"""{"crv":"Ed25519","kty":"OKP","x":"{{Member(key, "x")}}"}""",
            "RSA" when Bytes(key, "n") is not null && Bytes(key, "e") is not null => $$"""{"e":"{{Member(key, "e")}}","kty":"RSA","n":"{{Member(key, "n")}}"}""",
            _ => null,
        };
        return required is null ? null : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(required)));
    }

    /// <summary>Null when it may be registered: a set of public keys that can sign.</summary>
    public static string? Problem(JsonElement jwks)
    {
        if (jwks.ValueKind != JsonValueKind.Object || !StoredJson.IsStorable(jwks) || !jwks.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() is 0 or > MostKeys)
            return $"is no JWK set of 1 to {MostKeys} keys";
        if (keys.EnumerateArray().Any(key => key.ValueKind != JsonValueKind.Object || Thumbprint(key) is null))
            return "holds a key that is neither EC P-256, Ed25519 nor RSA";
        return keys.EnumerateArray().Any(key => key.TryGetProperty("d", out _) || key.TryGetProperty("k", out _)) ? "holds a PRIVATE key: make another pair and send the public half" : null;
    }

    /// <summary>Ed25519 has two names (RFC 8037, RFC 9864).</summary>
    static bool Fits(string? ofKey, string? ofSignature) => ofKey is null || ofKey == ofSignature || (ofKey is "EdDSA" or "Ed25519" && ofSignature is "EdDSA" or "Ed25519");

    static ECDsa? Curve(JsonElement key) => Bytes(key, "x") is { Length: 32 } x && Bytes(key, "y") is { Length: 32 } y
        ? ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } }) : null;

    static RSA? Rsa(JsonElement key)
    {
        if (Bytes(key, "n") is not { } modulus || Bytes(key, "e") is not { } exponent)
            return null;
        var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        if (rsa.KeySize is >= FewestRsaBits and <= 8192)
            return rsa;
        rsa.Dispose();
        return null;
    }

    static bool Using(IDisposable key, bool verified)
    {
        key.Dispose();
        return verified;
    }

    static string? Member(JsonElement key, string name) => key.ValueKind == JsonValueKind.Object && key.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    static byte[]? Bytes(JsonElement key, string name) => Member(key, name) is { Length: > 0 and < 2048 } text && Base64Url.IsValid(text) && !text.Contains('=', StringComparison.Ordinal) ? Base64Url.DecodeFromChars(text) : null;
}
