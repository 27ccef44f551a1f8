using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Mana.Testing;

/// <summary>A client with a key of its own, which it proves to hold (RFC 9449), written from the RFC and not with the platform's code.</summary>
public sealed class KeyHolder(TimeProvider clock) : IDisposable
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>RFC 7638.</summary>
    public string Thumbprint => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));

    string X => Base64Url.EncodeToString(_key.ExportParameters(false).Q.X);

    string Y => Base64Url.EncodeToString(_key.ExportParameters(false).Q.Y);

    /// <summary>For one request.</summary>
    /// <param name="uri">With origin, without query.</param>
    /// <param name="accessToken">That the request carries.</param>
    public string Proof(string method, string uri, string? accessToken = null, int seconds = 0)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["htm"] = method, ["htu"] = uri, ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds() + seconds, ["jti"] = Guid.NewGuid().ToString() };
        if (accessToken is not null)
            claims["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        var header = $$"""{"alg":"ES256","typ":"dpop+jwt","jwk":{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}"} }""";
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    public void Dispose() => _key.Dispose();
}
