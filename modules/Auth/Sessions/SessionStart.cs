using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Tokens;
using Mana.Kernel.Ids;

namespace Mana.Auth.Sessions;

/// <summary>One sign-in, one session, one family of refresh tokens (auth.md 5.3; W28).</summary>
internal sealed class SessionStart(AuthDbContext database, AccessTokens access, RefreshTokens refresh, IIdSource ids, TimeProvider time)
{
    /// <summary>Call inside a transaction: the session must not outlive a sign-in that fails later.</summary>
    /// <param name="key">Of <see cref="AccessTokens.SigningKeyAsync"/>, asked for before the transaction.</param>
    /// <param name="method">How the user proved who they are (RFC 8176).</param>
    public async Task<SessionTokens> StartAsync(LoadedKey key, User user, SignInOrigin origin, string method, CancellationToken cancellationToken)
    {
        // Identity may have left a re-hash that lost a race on the tracked user; it is not ours to save.
        database.ChangeTracker.Clear();
        var now = time.GetUtcNow();
        var session = new Session
        {
            Id = ids.NewId(),
            UserId = user.Id,
            CreatedAt = now,
            UpdatedAt = now,
            LastActivityAt = now,
            AuthTime = now,
            ExpiresAt = SessionLifetime.Expiry(now, origin.RememberMe, now),
            Amr = [method],
            IpAddress = origin.IpAddress,
            UserAgent = origin.UserAgent,
            DeviceId = origin.DeviceId,
            DeviceName = origin.DeviceName,
            RememberMe = origin.RememberMe,
        };
        database.Sessions.Add(session);
        var (_, refreshToken) = refresh.Issue(database, session, null, now);
        await database.SaveChangesAsync(cancellationToken);
        return new SessionTokens(access.Mint(key, user, session), refreshToken);
    }
}
