using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Grants;

/// <summary>A grant that holds, with the person who gave it, both as the database knows them now.</summary>
internal sealed record StandingGrant(OAuthGrant Grant, User User);

/// <summary>Whether a grant still holds: nobody took it back, its session was not ended, its account is there and open (auth.md 31, expectation 42).</summary>
internal sealed class GrantStanding(AuthDbContext database)
{
    /// <summary>Null when it does not.</summary>
    public async Task<StandingGrant?> OfAsync(string grantId, CancellationToken cancellationToken)
    {
        var row = await (
            from grant in database.Set<OAuthGrant>().AsNoTracking()
            join user in database.Users.AsNoTracking() on grant.UserId equals user.Id
            join one in database.Sessions.AsNoTracking() on grant.SessionId equals one.Id into sessions
            from session in sessions.DefaultIfEmpty()
            where grant.Id == grantId
            select new { grant, user, SessionKnown = session != null, Ended = session != null && session.RevokedAt != null }).SingleOrDefaultAsync(cancellationToken);
        if (row is null || row.grant.RevokedAt is not null || row.Ended || row.user.DeletedAt is not null || row.user.BlockedAt is not null)
            return null;
        // A session that ran out is gone after a while; that its owner has a new password since then, only the account tells.
        return !row.SessionKnown && row.user.PasswordChangedAt > row.grant.CreatedAt ? null : new StandingGrant(row.grant, row.user);
    }
}
