using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Mana.Auth.Tests.Oidc;

/// <summary>What a client signs with a key of its own, written from RFC 7515, 7517 and 9449.</summary>
internal static class TestKeys
{
    public static object Jwk(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return new { kty = "EC", crv = "P-256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) };
    }

    /// <summary>RFC 7638.</summary>
    public static string Thumbprint(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""")));
    }

    public static string Proof(TimeProvider clock, ECDsa key, string method, string uri, string? accessToken = null, int seconds = 0)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["htm"] = method, ["htu"] = uri, ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds() + seconds, ["jti"] = Guid.NewGuid().ToString() };
        if (accessToken is not null)
            claims["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        return Sign(key, JsonSerializer.Serialize(new { alg = "ES256", typ = "dpop+jwt", jwk = Jwk(key) }), claims);
    }

    public static string Sign(ECDsa key, string header, object claims)
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }
}
