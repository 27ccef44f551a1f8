using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Sessions;

internal abstract record RefreshResult
{
    /// <summary>A new pair.</summary>
    /// <param name="Session">As it is now, with its new end.</param>
    public sealed record Refreshed(AccountView Account, SessionTokens Tokens, Session Session) : RefreshResult;

    /// <summary>This session asks too often; its token is still good.</summary>
    public sealed record TooOften(int RetryAfterSeconds) : RefreshResult;

    /// <summary>The token is bound to a key that did not prove itself (RFC 9449 5); it is still good.</summary>
    public sealed record Unproven : RefreshResult;

    /// <summary>Unknown, expired, revoked or reused: the client has to sign in again.</summary>
    public sealed record Refused : RefreshResult;
}

/// <summary>
/// Refresh with rotation (auth.md 7.3; RFC 9700 4.14). A token works once. For <see cref="Grace"/> after its use it is answered
/// once more as long as no successor has been used: a response was lost, or two tabs asked at once. All answers of one
/// generation stay good until one of them is used. Anything later is a copy in foreign hands and ends the session.
/// </summary>
internal sealed class RefreshRotation(
    AuthDbContext database, AccessTokens access, RefreshTokens tokens, SessionRevocation revocation, SessionStanding standing, RefreshBudget budget, ProvenKey proven, SecurityLog events,
    AuthMetrics metrics, TimeProvider time, ILogger<RefreshRotation> log)
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    public async Task<RefreshResult> RefreshAsync(string? refreshToken, ClientInfo client, CancellationToken cancellationToken)
    {
        if (RefreshTokens.Hash(refreshToken) is not { } hash)
            return Refuse("malformed");

        var key = await access.SigningKeyAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await LockSessionAsync(hash, cancellationToken) is not { } session)
            return Refuse("unknown");
        var now = time.GetUtcNow();
        var token = await database.RefreshTokens.SingleAsync(row => row.TokenHash == hash, cancellationToken);
        var user = await database.Users.AsNoTracking().SingleAsync(row => row.Id == session.UserId, cancellationToken);
        if (!session.IsAlive(now) || token.RevokedAt is not null || token.ExpiresAt <= now || user.DeletedAt is not null || user.BlockedAt is not null)
            return Refuse("expired");
        if (token.KeyThumbprint is { } bound && bound != proven.Thumbprint)
            return Unproven();
        if (budget.Spend(session.Id) is { } seconds)
            return new RefreshResult.TooOften(seconds);

        Slide(session, now);
        var first = token.UsedAt is null;
        if (!first && await IsForAnotherKeyAsync(token, cancellationToken))
            return Unproven();
        var successor = first ? await RotateAsync(session, token, now, cancellationToken) : await RepeatAsync(session, token, now, cancellationToken);
        if (successor is null)
        {
            // The revocation saves its event; what this attempt did to the session before it turned out to be reuse is not to be saved with it.
            database.ChangeTracker.Clear();
            await revocation.RevokeAsync(session.Id, SessionRevocation.RefreshReuse, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            standing.End(session.Id);
            events.Record(SecurityEventTypes.RefreshReuseDetected, session.UserId, client, ("sessionId", session.Id), ("deviceName", session.DeviceName));
            log.LogWarning("refresh_reuse_detected: session {SessionId} of user {UserId} is revoked", session.Id, session.UserId);
            return Refuse("reuse");
        }

        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.Refresh(first ? "rotated" : "grace");
        return new RefreshResult.Refreshed(AccountView.Of(user), new SessionTokens(access.Mint(key, user, session, proven), successor, proven.TokenType), session);
    }

    /// <summary>
    /// The session's row is the lock of its family. What is read after this statement sees everything that the previous holder committed.
    /// </summary>
    async Task<Session?> LockSessionAsync(byte[] hash, CancellationToken cancellationToken)
    {
        var sessions = await database.Sessions.FromSql($"""
            SELECT * FROM auth.sessions WHERE id = (SELECT session_id FROM auth.refresh_tokens WHERE token_hash = {hash}) FOR UPDATE
            """).ToListAsync(cancellationToken);
        return sessions.SingleOrDefault();
    }

    /// <summary>First use: the whole generation is used up, and a new one begins.</summary>
    async Task<string?> RotateAsync(Session session, RefreshToken token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (successor, text) = tokens.Issue(database, session, token.FamilyId, token.Id, proven, now);
        var generation = token.ParentId is null ? [] : await database.RefreshTokens
            .Where(row => row.FamilyId == token.FamilyId && row.ParentId == token.ParentId && row.UsedAt == null && row.RevokedAt == null)
            .ToListAsync(cancellationToken);
        foreach (var row in generation.Union([token]))
        {
            row.UsedAt = now;
            row.ReplacedBy = successor.Id;
        }

        return text;
    }

    /// <summary>Second use: another member of the successor's generation, or null when it is too late for an innocent explanation.</summary>
    async Task<string?> RepeatAsync(Session session, RefreshToken token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var successor = await database.RefreshTokens.SingleOrDefaultAsync(row => row.Id == token.ReplacedBy, cancellationToken);
        if (now - token.UsedAt > Grace || successor is not { UsedAt: null, RevokedAt: null })
            return null;
        var (again, text) = tokens.Issue(database, session, token.FamilyId, successor.ParentId, proven, now);
        token.ReplacedBy = again.Id;
        return text;
    }

    /// <summary>A family that became bound with its last step has no unbound sibling: a copy of the token from before would get one.</summary>
    Task<bool> IsForAnotherKeyAsync(RefreshToken token, CancellationToken cancellationToken) =>
        database.RefreshTokens.AnyAsync(row => row.Id == token.ReplacedBy && row.KeyThumbprint != null && row.KeyThumbprint != proven.Thumbprint, cancellationToken);

    RefreshResult.Unproven Unproven()
    {
        metrics.Refresh("unproven");
        return new RefreshResult.Unproven();
    }

    static void Slide(Session session, DateTimeOffset now)
    {
        session.ExpiresAt = SessionLifetime.Expiry(session.CreatedAt, session.RememberMe, now);
        session.LastActivityAt = now;
        session.UpdatedAt = now;
    }

    RefreshResult.Refused Refuse(string reason)
    {
        metrics.Refresh(reason);
        return new RefreshResult.Refused();
    }
}
