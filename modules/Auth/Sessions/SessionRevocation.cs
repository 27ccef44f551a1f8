using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Sessions;

/// <summary>
/// Ends sessions together with their refresh tokens. The session's row is always taken before its tokens', here and in
/// <see cref="RefreshRotation"/>, so the two cannot deadlock.
/// </summary>
internal sealed class SessionRevocation(AuthDbContext database, EventWriter events, TimeProvider time)
{
    public const string Logout = "logout";
    public const string RefreshReuse = "refresh_reuse";

    /// <summary>Sign-out by whatever the caller holds: any token of the family, the session id of an access token, or both. Safe to repeat.</summary>
    public async Task LogoutAsync(string? refreshToken, string? sessionId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (sessionId is not null)
            await RevokeAsync(sessionId, Logout, cancellationToken);
        if (RefreshTokens.Hash(refreshToken) is { } hash)
        {
            var owner = await database.RefreshTokens.Where(token => token.TokenHash == hash).Select(token => token.SessionId).SingleOrDefaultAsync(cancellationToken);
            if (owner is not null && owner != sessionId)
                await RevokeAsync(owner, Logout, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Call inside a transaction, which takes <see cref="SessionRevoked"/> along. A session that has ended already stays as it is, and
    /// nobody is told twice.
    /// </summary>
    public async Task RevokeAsync(string sessionId, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var owners = await database.Database.SqlQuery<string>($"""
            UPDATE auth.sessions SET revoked_at = {now}, revoked_reason = {reason}, updated_at = {now}
            WHERE id = {sessionId} AND revoked_at IS NULL RETURNING user_id
            """).ToListAsync(cancellationToken);
        await database.RefreshTokens.Where(token => token.SessionId == sessionId && token.RevokedAt == null)
            .ExecuteUpdateAsync(token => token.SetProperty(row => row.RevokedAt, now), cancellationToken);
        if (owners is not [var userId])
            return;
        events.Add(database, new SessionRevoked(sessionId, userId));
        await database.SaveChangesAsync(cancellationToken);
    }
}
