using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Oidc.Jose;
using Mana.Auth.Tokens;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Dpop;

internal abstract record DpopVerdict
{
    /// <summary>No proof was sent.</summary>
    public sealed record None : DpopVerdict;

    /// <summary>The caller holds a key.</summary>
    /// <param name="Thumbprint">RFC 7638, of the key that proved itself.</param>
    public sealed record Good(string Thumbprint) : DpopVerdict;

    public sealed record Bad(string Reason) : DpopVerdict;
}

/// <summary>
/// Proofs of possession (RFC 9449): the header <c>DPoP</c> holds a token that the caller signs for this one request. There is no nonce of ours:
/// a proof lives a minute and its <c>jti</c> is remembered on all hosts, which is what a nonce would be for.
/// </summary>
internal sealed class DpopProofs(UsedIds used, TimeProvider time)
{
    public const string Header = "DPoP";
    const string Type = "dpop+jwt";
    const int LongestId = 200;
    static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    static readonly DpopVerdict.Bad NotOne = new("The proof is not one JWT");

    /// <summary>The checks of RFC 9449 4.3, in its order.</summary>
    /// <param name="uri">Of this endpoint, as discovery writes it.</param>
    /// <param name="accessToken">That the proof comes with, at a resource; null at the token endpoint.</param>
    public async Task<DpopVerdict> JudgeAsync(HttpContext context, string method, string uri, string? accessToken, CancellationToken cancellationToken)
    {
        var headers = context.Request.Headers[Header];
        if (headers.Count == 0)
            return new DpopVerdict.None();
        return headers.Count > 1 ? NotOne : await JudgeAsync(headers[0] ?? "", method, uri, accessToken, cancellationToken);
    }

    /// <summary>The same for a proof that came in another way.</summary>
    public async Task<DpopVerdict> JudgeAsync(string proof, string method, string uri, string? accessToken, CancellationToken cancellationToken)
    {
        if (CompactJws.Parse(proof) is not { } jws)
            return NotOne;
        if (!Type.Equals(jws.Type, StringComparison.OrdinalIgnoreCase) || jws.HasCritical || jws.Algorithm is null || !ClientKeys.Algorithms.Contains(jws.Algorithm))
            return new DpopVerdict.Bad("The proof is of another type or algorithm");
        using var header = CompactJws.ParseObject(Base64Url.DecodeFromChars(proof.AsSpan(0, proof.IndexOf('.', StringComparison.Ordinal))));
        if (header is null || !header.RootElement.TryGetProperty("jwk", out var key) || key.ValueKind != JsonValueKind.Object || key.TryGetProperty("d", out _) || ClientKeys.Thumbprint(key) is not { } thumbprint)
            return new DpopVerdict.Bad("The proof holds no public key");
        if (!ClientKeys.Verify(key, jws))
            return new DpopVerdict.Bad("The signature of the proof is wrong");
        using var claims = CompactJws.ParseObject(jws.Payload);
        if (claims is null || !CompactJws.TryText(claims, "htm", out var forMethod) || forMethod != method)
            return new DpopVerdict.Bad("The proof is for another method");
        if (!CompactJws.TryText(claims, "htu", out var target) || !IsFor(uri, target))
            return new DpopVerdict.Bad("The proof is for another address");
        var now = time.GetUtcNow();
        if (JwtClaims.Instant(claims, "iat") is not { } at || at < now - Window || at > now + Window)
            return new DpopVerdict.Bad("The proof is too old, or of the future");
        if (accessToken is not null && (!CompactJws.TryText(claims, "ath", out var hash) || hash is null || !IsHashOf(hash, accessToken)))
            return new DpopVerdict.Bad("The proof is for another access token");
        return CompactJws.TryText(claims, "jti", out var jti) && jti is { Length: > 0 and <= LongestId }
            && await used.FirstTimeAsync(SHA256.HashData(Encoding.UTF8.GetBytes($"dpop\n{thumbprint}\n{jti}")), now + (2 * Window), cancellationToken)
            ? new DpopVerdict.Good(thumbprint)
            : new DpopVerdict.Bad("The proof was used before");
    }

    /// <summary>Compared as RFC 3986 6.2.2 and 6.2.3 normalise them: the client writes what its URL class makes of the address.</summary>
    static bool IsFor(string uri, string? target) =>
        Uri.TryCreate(target, UriKind.Absolute, out var given) && new Uri(uri).GetLeftPart(UriPartial.Path) == given.GetLeftPart(UriPartial.Path);

    /// <summary>RFC 9449, section 4.2: <c>ath</c>.</summary>
    static bool IsHashOf(string hash, string accessToken) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(hash), Encoding.ASCII.GetBytes(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)))));
}
