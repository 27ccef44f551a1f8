using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Tokens;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Sessions;

/// <summary>
/// Tokens for an app that has only its browser's cookie (auth.md 6.4; 7.3, cookie path): a family of refresh tokens of its own, on the session
/// that is there already. A copy used in one family ends the session and with it all of them.
/// </summary>
internal sealed class CookieExchange(AuthDbContext database, AccessTokens access, RefreshTokens tokens, ProvenKey proven, IIdSource ids, TimeProvider time)
{
    /// <summary>Of one session. An app that loses its tokens takes a new family each time; beyond this the oldest tokens go.</summary>
    public const int MostFamilies = 50;

    /// <summary>Null when the session ended in the meantime.</summary>
    public async Task<RefreshResult.Refreshed?> ExchangeAsync(LiveSession live, CancellationToken cancellationToken)
    {
        var key = await access.SigningKeyAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        // The session's row is the lock of its families: see RefreshRotation.
        var sessions = await database.Sessions.FromSql($"SELECT * FROM auth.sessions WHERE id = {live.Session.Id} FOR UPDATE").ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        if (sessions is not [var session] || !session.IsAlive(now))
            return null;
        await DropOldestAsync(session.Id, now, cancellationToken);
        session.LastActivityAt = now;
        var (_, text) = tokens.Issue(database, session, ids.NewId(), null, proven, now);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new RefreshResult.Refreshed(AccountView.Of(live.User), new SessionTokens(access.Mint(key, live.User, session, proven), text, proven.TokenType), session);
    }

    Task<int> DropOldestAsync(string sessionId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync($"""
            UPDATE auth.refresh_tokens SET revoked_at = {now} WHERE session_id = {sessionId} AND revoked_at IS NULL AND family_id IN (
              SELECT family_id FROM auth.refresh_tokens WHERE session_id = {sessionId} AND revoked_at IS NULL AND family_id <> {sessionId}
              GROUP BY family_id ORDER BY max(issued_at) DESC OFFSET {MostFamilies - 1})
            """, cancellationToken);
}
