using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Grants;

/// <summary>Ends grants, and with each every code and token of it.</summary>
internal sealed class GrantRevocation(AuthDbContext database, TimeProvider time)
{
    public const string CodeReuse = "code_reuse";
    public const string RefreshReuse = "refresh_reuse";
    public const string Revoked = "revoked";
    public const string SessionEnded = "session_ended";
    public const string ConsentWithdrawn = "consent_withdrawn";
    public const string AllSessionsEnded = "all_sessions_ended";

    public Task<int> RevokeAsync(string grantId, string reason, CancellationToken cancellationToken) =>
        RevokeAsync(database.Set<OAuthGrant>().Where(grant => grant.Id == grantId), reason, cancellationToken);

    public Task<int> RevokeAllAsync(string userId, string clientId, string reason, CancellationToken cancellationToken) =>
        RevokeAsync(database.Set<OAuthGrant>().Where(grant => grant.UserId == userId && grant.ClientId == clientId), reason, cancellationToken);

    /// <summary>Also those of sessions that ran out: nobody ends these any more, and their refresh tokens would live on.</summary>
    public Task<int> RevokeAllAsync(string userId, string reason, CancellationToken cancellationToken) =>
        RevokeAsync(database.Set<OAuthGrant>().Where(grant => grant.UserId == userId), reason, cancellationToken);

    public Task<int> RevokeSessionAsync(string sessionId, string reason, CancellationToken cancellationToken) =>
        RevokeAsync(database.Set<OAuthGrant>().Where(grant => grant.SessionId == sessionId), reason, cancellationToken);

    Task<int> RevokeAsync(IQueryable<OAuthGrant> grants, string reason, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = time.GetUtcNow();
        return grants.Where(grant => grant.RevokedAt == null).ExecuteUpdateAsync(
            grant => grant.SetProperty(row => row.RevokedAt, now).SetProperty(row => row.RevokedReason, reason), cancellationToken);
    }
}
