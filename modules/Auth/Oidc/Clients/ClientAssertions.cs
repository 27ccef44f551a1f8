using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Jose;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Tokens;

namespace Mana.Auth.Oidc.Clients;

/// <summary><c>private_key_jwt</c> (RFC 7523 3; OpenID Connect Core 9): a token that the client signs for us, once.</summary>
internal sealed class ClientAssertions(ClientKeySets published, UsedIds used, AuthOptions options, TimeProvider time)
{
    const string Kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const int Leeway = 30;

    /// <summary>An assertion is made for one request; one that lives longer than this is a password.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Null when it is no assertion of ours to judge.</summary>
    public static Presented? ClaimedBy(OAuthParameters form)
    {
        if (form["client_assertion_type"] != Kind || form["client_assertion"] is not { } text || CompactJws.Parse(text) is not { } jws)
            return null;
        using var claims = CompactJws.ParseObject(jws.Payload);
        return claims is not null && CompactJws.TryText(claims, "sub", out var subject) && !string.IsNullOrEmpty(subject) && !subject.Contains('\0', StringComparison.Ordinal)
            ? new Presented(subject, null) : null;
    }

    /// <summary>In the order of RFC 7523 3.</summary>
    public async Task<bool> IsGoodAsync(OAuthClient client, OAuthParameters form, CancellationToken cancellationToken)
    {
        if (CompactJws.Parse(form["client_assertion"]!) is not { HasCritical: false } jws)
            return false;
        using var claims = CompactJws.ParseObject(jws.Payload);
        var now = time.GetUtcNow();
        if (claims is null || !CompactJws.TryText(claims, "iss", out var issuer) || issuer != client.ClientId || !CompactJws.TryText(claims, "sub", out var subject) || subject != client.ClientId)
            return false;
        // The third name is one that RFC 9126 2 tells servers to take.
        if (!JwtClaims.HasAudience(claims, options.BaseUrl) && !JwtClaims.HasAudience(claims, options.BaseUrl + OidcPaths.Token) && !JwtClaims.HasAudience(claims, options.BaseUrl + OidcPaths.PushedRequest))
            return false;
        if (JwtClaims.Instant(claims, "exp") is not { } end || end.AddSeconds(Leeway) <= now || end > now + Longest || JwtClaims.Instant(claims, "nbf") > now.AddSeconds(Leeway))
            return false;
        return CompactJws.TryText(claims, "jti", out var jti) && jti is { Length: > 0 and <= 200 } && await IsSignedAsync(client, jws, cancellationToken)
            && await used.FirstTimeAsync(SHA256.HashData(Encoding.UTF8.GetBytes($"client_assertion\n{client.ClientId}\n{jti}")), end.AddSeconds(Leeway), cancellationToken);
    }

    /// <summary>Last, because the keys may be elsewhere: nobody is called for the sake of an assertion that is wrong anyway.</summary>
    Task<bool> IsSignedAsync(OAuthClient client, CompactJws jws, CancellationToken cancellationToken) =>
        client.JwksUri is { } address ? published.VerifyAsync(address, jws, cancellationToken) : Task.FromResult(client.Jwks is { } keys && ClientKeys.Verify(keys, jws));
}
