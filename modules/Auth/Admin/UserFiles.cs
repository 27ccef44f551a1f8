using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Admin;

/// <summary>An account as an administrator sees it.</summary>
/// <param name="LockedUntil">The end of the longest lock that wrong passwords have brought about.</param>
internal sealed record UserFile(
    User User, IReadOnlyList<Session> Sessions, int PasskeyCount, IReadOnlyList<(Organization Space, string Role)> Spaces, IReadOnlyList<SecurityEvent> Events, DateTimeOffset? LockedUntil);

/// <summary>Reads what the page of one person shows.</summary>
internal sealed class UserFiles(AuthDbContext database, TimeProvider time)
{
    const int MostSessions = 100;
    const int MostSpaces = 100;
    const int MostEvents = 15;

    /// <summary>Null: there is no such account.</summary>
    public async Task<UserFile?> FindAsync(string userId, CancellationToken cancellationToken)
    {
        if (await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == userId && row.DeletedAt == null, cancellationToken) is not { } user)
            return null;
        var now = time.GetUtcNow();
        var sessions = await database.Sessions.AsNoTracking().Where(row => row.UserId == userId && row.RevokedAt == null && row.ExpiresAt > now)
            .OrderByDescending(row => row.LastActivityAt).ThenBy(row => row.Id).Take(MostSessions).ToListAsync(cancellationToken);
        var passkeys = await database.Passkeys.CountAsync(row => row.UserId == userId, cancellationToken);
        var spaces = await database.Members.AsNoTracking().Where(row => row.UserId == userId)
            .Join(database.Organizations.AsNoTracking(), member => member.OrganizationId, space => space.Id, (member, space) => new { space, member.Role })
            .OrderBy(row => row.space.Name).ThenBy(row => row.space.Id).Take(MostSpaces).ToListAsync(cancellationToken);
        var events = await database.SecurityEvents.AsNoTracking().Where(row => row.UserId == userId)
            .OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Take(MostEvents).ToListAsync(cancellationToken);
        var locks = await database.Database.SqlQuery<DateTimeOffset>(
            $"SELECT locked_until AS \"Value\" FROM auth.login_locks WHERE email_normalized = {user.NormalizedEmail} AND locked_until > {now} ORDER BY locked_until DESC LIMIT 1").ToListAsync(cancellationToken);
        return new UserFile(user, sessions, passkeys, [.. spaces.Select(row => (row.space, row.Role))], events, locks.Count == 0 ? null : locks[0]);
    }
}
