using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Sessions;

/// <summary>
/// Ends sessions together with their refresh tokens. The session's row is always taken before its tokens', here and in
/// <see cref="RefreshRotation"/>, so the two cannot deadlock.
/// </summary>
internal sealed class SessionRevocation(AuthDbContext database, TimeProvider time)
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

    /// <summary>Call inside a transaction.</summary>
    public async Task RevokeAsync(string sessionId, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.Sessions.Where(session => session.Id == sessionId && session.RevokedAt == null).ExecuteUpdateAsync(
            session => session.SetProperty(row => row.RevokedAt, now).SetProperty(row => row.RevokedReason, reason).SetProperty(row => row.UpdatedAt, now),
            cancellationToken);
        await database.RefreshTokens.Where(token => token.SessionId == sessionId && token.RevokedAt == null)
            .ExecuteUpdateAsync(token => token.SetProperty(row => row.RevokedAt, now), cancellationToken);
    }
}
