using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.IdToken;
using Mana.Auth.Oidc.Protocol;
using Mana.Kernel.Ids;

namespace Mana.Auth.Oidc.Token;

/// <summary>
/// Makes the tokens of an answer. Access and refresh tokens are opaque, so none of them can pass for a token of the platform's own API, which is a
/// signed one for another audience (auth.md 13.6, 25).
/// </summary>
internal sealed class TokenIssue(AuthDbContext database, IdTokens idTokens, SigningKeyRing ring, IIdSource ids, TimeProvider time)
{
    /// <summary>auth.md 13.6: whatever is refreshed in between.</summary>
    public static readonly TimeSpan AbsoluteLifetime = TimeSpan.FromDays(90);

    const string AccessPrefix = "mat_";
    const string RefreshPrefix = "mrt_";

    /// <summary>Ask before the transaction begins (see <see cref="Tokens.AccessTokens.SigningKeyAsync"/>).</summary>
    public async ValueTask<LoadedKey> SigningKeyAsync(OAuthClient client, CancellationToken cancellationToken) =>
        (await ring.CurrentAsync(cancellationToken)).ActiveFor(client.IdTokenSignedResponseAlg);

    /// <summary>For a person. Adds rows; the caller saves, in the transaction that used up what was presented.</summary>
    /// <param name="scopes">Of the access token: those of the grant, or fewer.</param>
    public async Task<TokenResponse> ForGrantAsync(LoadedKey key, TokenRequest request, StandingGrant standing, IReadOnlyCollection<string> scopes, string? nonce, CancellationToken cancellationToken)
    {
        var (now, client) = (time.GetUtcNow(), request.Client);
        // What the client may not have any more, it does not get again.
        scopes = [.. scopes.Where(client.AllowedScopes.Contains)];
        var end = standing.Grant.CreatedAt + AbsoluteLifetime;
        var accessEnd = Earlier(now.AddSeconds(client.AccessTokenTtl), end);
        var access = Add(OAuthTokenKind.Access, AccessPrefix, client, standing.Grant.Id, scopes, request.DpopJkt, accessEnd);
        var renews = standing.Grant.Scopes.Contains(Scopes.OfflineAccess) && client.AllowedScopes.Contains(Scopes.OfflineAccess) && client.GrantTypes.Contains(GrantTypes.RefreshToken) && end > now;
        // A public client's refresh token is bound to its key; a confidential client proves itself anyway (RFC 9449 5).
        var refresh = renews ? Add(OAuthTokenKind.Refresh, RefreshPrefix, client, standing.Grant.Id, standing.Grant.Scopes, client.Type == OAuthClientType.Public ? request.DpopJkt : null, Earlier(now.AddSeconds(client.RefreshTokenTtl), end)) : null;
        var idToken = scopes.Contains(Scopes.OpenId) ? await idTokens.MintAsync(key, client, standing, scopes, access, nonce, cancellationToken) : null;
        return new TokenResponse(access, TypeOf(request), (int)(accessEnd - now).TotalSeconds, Scopes.Text(scopes), refresh, idToken);
    }

    /// <summary>For the client itself.</summary>
    public TokenResponse ForClient(TokenRequest request, IReadOnlyCollection<string> scopes) => new(
        Add(OAuthTokenKind.Access, AccessPrefix, request.Client, null, scopes, request.DpopJkt, time.GetUtcNow().AddSeconds(request.Client.AccessTokenTtl)),
        TypeOf(request), request.Client.AccessTokenTtl, Scopes.Text(scopes), null, null);

    static string TypeOf(TokenRequest request) => request.DpopJkt is null ? "Bearer" : "DPoP";

    static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    string Add(OAuthTokenKind kind, string prefix, OAuthClient client, string? grantId, IReadOnlyCollection<string> scopes, string? jkt, DateTimeOffset expiresAt)
    {
        var text = OpaqueSecret.New(ids, prefix);
        database.Add(new OAuthToken
        {
            TokenHash = OpaqueSecret.Hash(text)!,
            Kind = kind,
            ClientId = client.ClientId,
            GrantId = grantId,
            Scopes = [.. scopes],
            DpopJkt = jkt,
            IssuedAt = time.GetUtcNow(),
            ExpiresAt = expiresAt,
        });
        return text;
    }
}
