using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.SecurityEvents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Oidc.Token;

/// <summary>
/// <c>grant_type=authorization_code</c> (RFC 6749 4.1.3, RFC 7636 4.5). A code is looked at once: whatever is wrong with the request, the code is
/// used up, because it was in hands that it was not made for. The second time, everything that came of it ends (4.1.2).
/// </summary>
internal sealed class CodeGrant(
    AuthDbContext database, TokenIssue issue, GrantStanding grants, GrantRevocation revocation, SecurityLog events, TimeProvider time, ILogger<CodeGrant> log) : ITokenGrant
{
    public string Type => GrantTypes.AuthorizationCode;

    public async Task<TokenAnswer> GrantAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        if (request["code"] is not { } text)
            return new TokenAnswer.Refused(OAuthError.InvalidRequest("code is missing"));
        var (hash, key) = (OpaqueSecret.Hash(text) ?? [], await issue.SigningKeyAsync(request.Client, cancellationToken));
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        // The row is the lock: of two who come with one code, the second sees that it was used.
        var codes = await database.Set<OAuthCode>().FromSql($"SELECT * FROM auth.oauth_codes WHERE code_hash = {hash} FOR UPDATE").ToListAsync(cancellationToken);
        if (codes is not [var code])
            return TokenAnswer.InvalidGrant("The code is unknown or has expired");
        var (reused, now) = (code.UsedAt is not null, time.GetUtcNow());
        code.UsedAt ??= now;
        await database.SaveChangesAsync(cancellationToken);
        var grant = await database.Set<OAuthGrant>().AsNoTracking().SingleAsync(row => row.Id == code.GrantId, cancellationToken);
        var answer = Refusal(request, code, grant, reused, now);
        if (reused)
            await RevokeAsync(request, grant, cancellationToken);
        if (answer is null && await grants.OfAsync(grant.Id, cancellationToken) is { } standing)
            answer = new TokenAnswer.Issued(await issue.ForGrantAsync(key, request, standing, grant.Scopes, code.Nonce, cancellationToken));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (answer is TokenAnswer.Issued)
            events.Record(SecurityEventTypes.OidcTokenIssued, grant.UserId, request.From, ("clientId", grant.ClientId), ("scopes", grant.Scopes), ("sessionId", grant.SessionId));
        return answer ?? TokenAnswer.InvalidGrant("What the code stood for was taken back");
    }

    static TokenAnswer? Refusal(TokenRequest request, OAuthCode code, OAuthGrant grant, bool reused, DateTimeOffset now)
    {
        if (reused)
            return TokenAnswer.InvalidGrant("The code was used before");
        if (grant.ClientId != request.Client.ClientId)
            return TokenAnswer.InvalidGrant("The code was issued to another client");
        if (code.ExpiresAt <= now)
            return TokenAnswer.InvalidGrant("The code is unknown or has expired");
        if (code.RedirectUri != request["redirect_uri"])
            return TokenAnswer.InvalidGrant("redirect_uri is not that of the authorization request");
        if (!Pkce.Holds(code.CodeChallenge, request["code_verifier"]))
            return TokenAnswer.InvalidGrant("code_verifier does not fit the code_challenge");
        return code.DpopJkt is not null && code.DpopJkt != request.DpopJkt ? TokenAnswer.InvalidGrant("The code is bound to another DPoP key") : null;
    }

    async Task RevokeAsync(TokenRequest request, OAuthGrant grant, CancellationToken cancellationToken)
    {
        // Told once: whoever repeats it fills no log with it.
        if (await revocation.RevokeAsync(grant.Id, GrantRevocation.CodeReuse, cancellationToken) == 0)
            return;
        events.Record(SecurityEventTypes.OidcCodeReplay, grant.UserId, request.From, ("clientId", grant.ClientId));
        log.LogWarning("oidc_code_replay: a code for {ClientId} came twice; its tokens are revoked", grant.ClientId);
    }
}
