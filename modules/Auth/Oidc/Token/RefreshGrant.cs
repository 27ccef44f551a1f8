using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.SecurityEvents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Oidc.Token;

/// <summary><c>grant_type=refresh_token</c> (RFC 6749 6) with rotation: each token works once, and a second use ends all of its family (RFC 9700 4.14.2).</summary>
internal sealed class RefreshGrant(
    AuthDbContext database, TokenIssue issue, GrantStanding grants, GrantRevocation revocation, SecurityLog events, TimeProvider time, ILogger<RefreshGrant> log) : ITokenGrant
{
    public string Type => GrantTypes.RefreshToken;

    public async Task<TokenAnswer> GrantAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        if (request["refresh_token"] is not { } text)
            return new TokenAnswer.Refused(OAuthError.InvalidRequest("refresh_token is missing"));
        var (hash, key) = (OpaqueSecret.Hash(text) ?? [], await issue.SigningKeyAsync(request.Client, cancellationToken));
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var tokens = await database.Set<OAuthToken>().FromSql($"SELECT * FROM auth.oauth_tokens WHERE token_hash = {hash} AND kind = 'refresh' FOR UPDATE").ToListAsync(cancellationToken);
        // Another client learns nothing and breaks nothing (expectation 39).
        if (tokens is not [{ GrantId: { } grantId } token] || token.ClientId != request.Client.ClientId)
            return TokenAnswer.InvalidGrant("The refresh token is unknown or has ended");
        var now = time.GetUtcNow();
        if (token.UsedAt is not null)
        {
            await EndFamilyAsync(request, token, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return TokenAnswer.InvalidGrant("The refresh token was used before");
        }

        if (token.RevokedAt is not null || token.ExpiresAt <= now || await grants.OfAsync(grantId, cancellationToken) is not { } standing)
            return TokenAnswer.InvalidGrant("The refresh token is unknown or has ended");
        if (token.DpopJkt is not null && token.DpopJkt != request.DpopJkt)
            return TokenAnswer.InvalidGrant("The refresh token is bound to another DPoP key");
        var wanted = request.Form.Words("scope");
        if (!wanted.All(standing.Grant.Scopes.Contains))
            return new TokenAnswer.Refused(OAuthError.InvalidScope("scope is wider than what was granted"));

        token.UsedAt = now;
        var response = await issue.ForGrantAsync(key, request, standing, wanted.Count == 0 ? standing.Grant.Scopes : [.. wanted], null, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new TokenAnswer.Issued(response);
    }

    async Task EndFamilyAsync(TokenRequest request, OAuthToken token, CancellationToken cancellationToken)
    {
        if (await revocation.RevokeAsync(token.GrantId!, GrantRevocation.RefreshReuse, cancellationToken) == 0)
            return;
        var owner = await database.Set<OAuthGrant>().Where(grant => grant.Id == token.GrantId).Select(grant => grant.UserId).SingleAsync(cancellationToken);
        events.Record(SecurityEventTypes.OAuthRefreshReuse, owner, request.From, ("clientId", token.ClientId));
        log.LogWarning("oauth_refresh_reuse: a refresh token of {ClientId} came twice; its grant is revoked", token.ClientId);
    }
}
