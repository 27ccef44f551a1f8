using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.TwoFactor;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mana.Auth.Sessions;

/// <summary>A session that ended at this moment.</summary>
internal sealed record EndedSession(string Id, string UserId);

/// <summary>
/// Ends sessions together with their refresh tokens. The session's row is always taken before its tokens', here and in
/// <see cref="RefreshRotation"/>, so the two cannot deadlock.
/// </summary>
internal sealed class SessionRevocation(AuthDbContext database, GrantRevocation grants, EventWriter events, SessionStanding standing, TimeProvider time)
{
    public const string Logout = "logout";
    public const string RefreshReuse = "refresh_reuse";

    public const string Owner = "owner";

    /// <summary>
    /// Sign-out by whatever the caller holds: any token of a family, the session id of an access token, the hash of a cookie's secret, or
    /// several. Safe to repeat. Returns the sessions that ended now.
    /// </summary>
    public async Task<IReadOnlyList<EndedSession>> LogoutAsync(string? refreshToken, string? sessionId, byte[]? cookieHash, CancellationToken cancellationToken)
    {
        var hash = RefreshTokens.Hash(refreshToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var sessions = await database.Sessions
            .Where(session => session.Id == sessionId || (cookieHash != null && session.TokenHash == cookieHash)
                || (hash != null && database.RefreshTokens.Any(token => token.TokenHash == hash && token.SessionId == session.Id)))
            .Select(session => session.Id).ToListAsync(cancellationToken);
        return await RevokeAsync(sessions, Logout, transaction, cancellationToken);
    }

    /// <summary>Ends one session of a person; empty when they have no such session, or it has ended before.</summary>
    public async Task<IReadOnlyList<EndedSession>> RevokeOwnAsync(string sessionId, string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var sessions = await Alive(userId).Where(session => session.Id == sessionId).Select(session => session.Id).ToListAsync(cancellationToken);
        return await RevokeAsync(sessions, Owner, transaction, cancellationToken);
    }

    /// <summary>Ends every session of a person, but for one; without that exception what outlives sessions too.</summary>
    public async Task<IReadOnlyList<EndedSession>> RevokeAllAsync(string userId, string? exceptSessionId, string reason, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (exceptSessionId is null)
            await ForgetAsync(userId, cancellationToken);
        var sessions = await Alive(userId).Where(session => session.Id != exceptSessionId).Select(session => session.Id).ToListAsync(cancellationToken);
        return await RevokeAsync(sessions, reason, transaction, cancellationToken);
    }

    /// <summary>What opens an account without a session: trusted devices (auth.md 10), and what clients were let have, whatever became of its session.</summary>
    public async Task ForgetAsync(string userId, CancellationToken cancellationToken)
    {
        await TrustedDevices.ForgetAsync(database, userId, cancellationToken);
        await grants.RevokeAllAsync(userId, GrantRevocation.AllSessionsEnded, cancellationToken);
    }

    IQueryable<Session> Alive(string userId)
    {
        var now = time.GetUtcNow();
        return database.Sessions.Where(session => session.UserId == userId && session.RevokedAt == null && session.ExpiresAt > now);
    }

    async Task<IReadOnlyList<EndedSession>> RevokeAsync(
        List<string> sessions, string reason, IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        var ended = new List<EndedSession>();
        // In one order, so that two of these cannot wait for each other.
        foreach (var id in sessions.Order(StringComparer.Ordinal))
            if (await RevokeAsync(id, reason, cancellationToken) is { } userId)
                ended.Add(new EndedSession(id, userId));
        await transaction.CommitAsync(cancellationToken);
        ended.ForEach(session => standing.End(session.Id));
        return ended;
    }

    /// <summary>
    /// Call inside a transaction, which takes <see cref="SessionRevoked"/> along. A session that has ended already stays as it is, and
    /// nobody is told twice. Returns its owner when it ended now.
    /// </summary>
    public async Task<string?> RevokeAsync(string sessionId, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var owners = await database.Database.SqlQuery<string>($"""
            UPDATE auth.sessions SET revoked_at = {now}, revoked_reason = {reason}, updated_at = {now}
            WHERE id = {sessionId} AND revoked_at IS NULL RETURNING user_id
            """).ToListAsync(cancellationToken);
        await database.RefreshTokens.Where(token => token.SessionId == sessionId && token.RevokedAt == null)
            .ExecuteUpdateAsync(token => token.SetProperty(row => row.RevokedAt, now), cancellationToken);
        if (owners is not [var userId])
            return null;
        events.Add(database, new SessionRevoked(sessionId, userId));
        await database.SaveChangesAsync(cancellationToken);
        return userId;
    }
}
