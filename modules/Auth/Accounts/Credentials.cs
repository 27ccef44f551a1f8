using Mana.Auth.Data;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Accounts;

/// <summary>What changing a password or an address has in common. Inside the caller's transaction, and behind <see cref="LockAsync"/>.</summary>
internal sealed class Credentials(AuthDbContext database, SessionRevocation revocation, IIdSource ids, TimeProvider time)
{
    /// <summary>
    /// The account as it is now, and until the transaction ends; null when it is gone. A sign-in that verified what is about to change waits
    /// at the same row, and then sees another stamp.
    /// </summary>
    public async Task<User?> LockAsync(string userId, CancellationToken cancellationToken)
    {
        var users = await database.Users.FromSql($"SELECT * FROM auth.users WHERE id = {userId} AND deleted_at IS NULL FOR NO KEY UPDATE").AsNoTracking()
            .ToListAsync(cancellationToken);
        return users.SingleOrDefault();
    }

    /// <summary>
    /// Whether the account is still as it was when its password was verified, second factor included, and not blocked; nothing may change it before the
    /// transaction ends.
    /// </summary>
    public async Task<bool> HoldAsync(User user, CancellationToken cancellationToken)
    {
        var stamps = await database.Database
            .SqlQuery<string?>($"""SELECT security_stamp AS "Value" FROM auth.users WHERE id = {user.Id} AND deleted_at IS NULL AND blocked_at IS NULL AND two_factor_enabled = {user.TwoFactorEnabled} FOR SHARE""").ToListAsync(cancellationToken);
        return stamps is [var stamp] && stamp == user.SecurityStamp;
    }

    /// <summary>A new stamp voids known devices and sign-ins under way; devices that were trusted are trusted no longer.</summary>
    public async Task SetPasswordAsync(string userId, string hash, bool verified, CancellationToken cancellationToken)
    {
        var (now, stamp) = (time.GetUtcNow(), NewStamp());
        await database.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(
            user => user.SetProperty(row => row.PasswordHash, hash).SetProperty(row => row.PasswordChangedAt, now).SetProperty(row => row.UpdatedAt, now)
                .SetProperty(row => row.SecurityStamp, stamp).SetProperty(row => row.EmailConfirmed, row => row.EmailConfirmed || verified),
            cancellationToken);
        await TrustedDevices.ForgetAsync(database, userId, cancellationToken);
    }

    /// <summary>Whoever had set it was not the owner of the address, which is proved now.</summary>
    public async Task RemovePasswordAsync(string userId, CancellationToken cancellationToken)
    {
        var (now, stamp) = (time.GetUtcNow(), NewStamp());
        await database.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(
            user => user.SetProperty(row => row.PasswordHash, (string?)null).SetProperty(row => row.PasswordChangedAt, now).SetProperty(row => row.UpdatedAt, now)
                .SetProperty(row => row.SecurityStamp, stamp).SetProperty(row => row.EmailConfirmed, true),
            cancellationToken);
    }

    /// <summary>No password is right any more. A new stamp voids known devices and sign-ins under way, as above.</summary>
    public async Task VoidPasswordAsync(string userId, CancellationToken cancellationToken)
    {
        var (now, stamp) = (time.GetUtcNow(), NewStamp());
        await database.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(
            user => user.SetProperty(row => row.PasswordHash, (string?)null).SetProperty(row => row.UpdatedAt, now).SetProperty(row => row.SecurityStamp, stamp), cancellationToken);
    }

    public async Task SetAddressAsync(string userId, string address, CancellationToken cancellationToken)
    {
        var (now, stamp) = (time.GetUtcNow(), NewStamp());
        await database.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(
            user => user.SetProperty(row => row.Email, address).SetProperty(row => row.NormalizedEmail, address).SetProperty(row => row.EmailConfirmed, true)
                .SetProperty(row => row.UpdatedAt, now).SetProperty(row => row.SecurityStamp, stamp),
            cancellationToken);
    }

    /// <summary>Ends every session but <paramref name="kept"/>, with its refresh tokens; when none is kept, what outlives them too.</summary>
    public async Task EndSessionsAsync(string userId, string? kept, string reason, CancellationToken cancellationToken)
    {
        if (kept is null)
            await revocation.ForgetAsync(userId, cancellationToken);
        var live = await database.Sessions.Where(session => session.UserId == userId && session.RevokedAt == null && session.Id != kept)
            .OrderBy(session => session.Id).Select(session => session.Id).ToListAsync(cancellationToken);
        foreach (var session in live)
            await revocation.RevokeAsync(session, reason, cancellationToken);
    }

    string NewStamp()
    {
        Span<byte> stamp = stackalloc byte[20];
        ids.Fill(stamp);
        return Convert.ToHexString(stamp);
    }
}
