using Mana.Auth.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mana.Auth.Accounts;

/// <summary>
/// Identity's lockout columns and limits, counted by one UPDATE each: UserManager counts in memory behind a concurrency stamp,
/// and parallel guesses would lose counts.
/// </summary>
internal sealed class AccountLockout(AuthDbContext database, IOptions<IdentityOptions> identity, TimeProvider time)
{
    /// <summary>Whole seconds until the account opens again; null when it is open.</summary>
    public int? SecondsLeft(DateTimeOffset? lockedUntil)
    {
        var left = (lockedUntil - time.GetUtcNow())?.TotalSeconds;
        return left > 0 ? (int)Math.Ceiling(left.Value) : null;
    }

    /// <summary>Counts a wrong password. Returns the seconds left when others had locked the account in the meantime.</summary>
    public async Task<int?> CountFailureAsync(string userId, CancellationToken cancellationToken)
    {
        var limits = identity.Value.Lockout;
        var now = time.GetUtcNow();
        DateTimeOffset? until = now + limits.DefaultLockoutTimeSpan;
        var counted = await Open(userId, now).ExecuteUpdateAsync(
            user => user
                .SetProperty(row => row.LockoutEnd, row => row.AccessFailedCount + 1 >= limits.MaxFailedAccessAttempts ? until : null)
                .SetProperty(row => row.AccessFailedCount, row => row.AccessFailedCount + 1 >= limits.MaxFailedAccessAttempts ? 0 : row.AccessFailedCount + 1),
            cancellationToken);
        return counted > 0 ? null : await LockAsync(userId, cancellationToken);
    }

    /// <summary>Forgets the failures. Returns the seconds left, and clears nothing, when the account was locked in the meantime.</summary>
    public async Task<int?> ClearAsync(string userId, CancellationToken cancellationToken)
    {
        var cleared = await Open(userId, time.GetUtcNow()).ExecuteUpdateAsync(
            user => user.SetProperty(row => row.AccessFailedCount, 0).SetProperty(row => row.LockoutEnd, (DateTimeOffset?)null), cancellationToken);
        return cleared > 0 ? null : await LockAsync(userId, cancellationToken);
    }

    IQueryable<User> Open(string userId, DateTimeOffset now) =>
        database.Users.Where(user => user.Id == userId && (user.LockoutEnd == null || user.LockoutEnd <= now));

    async Task<int> LockAsync(string userId, CancellationToken cancellationToken) =>
        SecondsLeft(await database.Users.Where(user => user.Id == userId).Select(user => user.LockoutEnd).SingleOrDefaultAsync(cancellationToken)) ?? 1;
}
