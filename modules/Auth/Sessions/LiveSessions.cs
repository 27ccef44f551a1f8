using Mana.Auth.Cookies;
using Mana.Auth.Data;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Sessions;

/// <summary>A session that is alive, with its owner; both as the database knows them now.</summary>
internal sealed record LiveSession(Session Session, User User);

/// <summary>Finds the session behind a request.</summary>
internal sealed class LiveSessions(AuthDbContext database, SessionCookies cookies, OriginCheck origins, TimeProvider time)
{
    (string Token, LiveSession? Found)? _asked;

    /// <summary>
    /// The session of the access token, when the request carries one that is good; else that of the cookie, when it may speak for this
    /// request. Null when it was revoked or ran out, although the token has not.
    /// </summary>
    public async Task<LiveSession?> OfAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<CurrentUser>() is { } caller)
            return caller.SessionId is { } id ? await ByIdAsync(id, caller.UserId, cancellationToken) : null;
        var byCookie = context.Request.Headers.Authorization.Count == 0 && origins.Refusal(context) is null;
        return byCookie ? await ByCookieAsync(context, cancellationToken) : null;
    }

    public Task<LiveSession?> ByIdAsync(string id, string userId, CancellationToken cancellationToken) =>
        AliveAsync(database.Sessions.Where(session => session.Id == id && session.UserId == userId), cancellationToken);

    /// <summary>Does not look at the origin. Moves the session's end when it was last moved more than a day ago, and tells the browser.</summary>
    public async Task<LiveSession?> ByCookieAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (cookies.Token(context) is not { } token)
            return null;
        // One request may ask twice, to authenticate and to answer.
        if (_asked is { } asked && asked.Token == token)
            return asked.Found;
        var hash = SessionCookies.Hash(token);
        var found = await AliveAsync(database.Sessions.Where(session => session.TokenHash == hash), cancellationToken);
        if (found is not null && await SlideAsync(found.Session, cancellationToken))
            cookies.Renew(context, found.Session);
        _asked = (token, found);
        return found;
    }

    async Task<LiveSession?> AliveAsync(IQueryable<Session> which, CancellationToken cancellationToken)
    {
        var row = await which.Join(database.Users, session => session.UserId, user => user.Id, (session, user) => new { session, user })
            .AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        return row is not null && row.session.IsAlive(time.GetUtcNow()) && row.user is { DeletedAt: null, BlockedAt: null } ? new LiveSession(row.session, row.user) : null;
    }

    /// <summary>False when it is not yet time, or somebody else has just done it.</summary>
    async Task<bool> SlideAsync(Session session, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (seen, expiry) = (session.UpdatedAt, SessionLifetime.Expiry(session.CreatedAt, session.RememberMe, now));
        if (now - seen < SessionLifetime.SlidesAfter)
            return false;
        var moved = await database.Sessions.Where(row => row.Id == session.Id && row.UpdatedAt == seen && row.RevokedAt == null)
            .ExecuteUpdateAsync(
                row => row.SetProperty(one => one.ExpiresAt, expiry).SetProperty(one => one.UpdatedAt, now).SetProperty(one => one.LastActivityAt, now),
                cancellationToken);
        (session.ExpiresAt, session.UpdatedAt, session.LastActivityAt) = moved > 0 ? (expiry, now, now) : (session.ExpiresAt, seen, session.LastActivityAt);
        return moved > 0;
    }
}
