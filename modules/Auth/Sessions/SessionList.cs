using Mana.Auth.Data;
using Mana.Kernel.Identity;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Sessions;

/// <summary>Where somebody is signed in (auth.md 6.3).</summary>
internal sealed class SessionList(AuthDbContext database, TimeProvider time)
{
    const int Most = 200;

    /// <summary>Sessions that are alive, the one used last first.</summary>
    public async Task<IReadOnlyList<SessionEntry>> OfAsync(CurrentUser caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var sessions = await database.Sessions.AsNoTracking()
            .Where(session => session.UserId == caller.UserId && session.RevokedAt == null && session.ExpiresAt > now)
            .OrderByDescending(session => session.LastActivityAt).ThenBy(session => session.Id).Take(Most).ToListAsync(cancellationToken);
        return sessions.ConvertAll(session => SessionEntry.Of(session, caller.SessionId));
    }
}
