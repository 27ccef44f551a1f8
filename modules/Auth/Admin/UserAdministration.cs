using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Admin;

/// <summary>What became of an administrator's change.</summary>
internal abstract record AdminChange
{
    public sealed record Done(User User) : AdminChange;

    public sealed record NotFound : AdminChange;

    /// <summary>Nobody would be left to administer.</summary>
    public sealed record LastAdmin : AdminChange;

    /// <summary>Not to oneself.</summary>
    public sealed record Self : AdminChange;

    /// <summary>There is no second factor to remove.</summary>
    public sealed record NoSecondFactor : AdminChange;
}

/// <summary>Tiers, roles, locks and sessions of other people (auth.md 17.2, 17.3). Each change is one transaction with its events.</summary>
internal sealed class UserAdministration(AuthDbContext database, SessionRevocation sessions, EventWriter events, SecurityLog log, TimeProvider time)
{
    const string RevokedByAdmin = "admin";

    public Task<User?> FindAsync(string userId, CancellationToken cancellationToken) =>
        database.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == userId && user.DeletedAt == null, cancellationToken);

    /// <summary>The account and its personal space; tokens follow at the next refresh.</summary>
    public async Task<AdminChange> SetTierAsync(string userId, AccessTier tier, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(userId, cancellationToken) is not { } user)
            return new AdminChange.NotFound();
        var spaces = await database.Organizations.Where(space => space.OwnerUserId == userId && space.Tier != tier).ToListAsync(cancellationToken);
        foreach (var space in spaces)
        {
            space.Tier = tier;
            events.Add(database, new SpaceTierChanged(space.Id, LowerCaseEnum.Text(tier)));
        }

        if (user.AccessTier != tier)
            events.Add(database, new TierChanged(userId, LowerCaseEnum.Text(tier)));
        (user.AccessTier, user.UpdatedAt) = (tier, time.GetUtcNow());
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new AdminChange.Done(user);
    }

    /// <summary>False when there is no such space.</summary>
    public async Task<bool> SetSpaceTierAsync(string spaceId, AccessTier tier, CancellationToken cancellationToken)
    {
        var spaces = await database.Organizations.FromSql($"SELECT * FROM auth.organizations WHERE id = {spaceId} AND deleted_at IS NULL").AsTracking().ToListAsync(cancellationToken);
        if (spaces is not [var space])
            return false;
        if (space.Tier == tier)
            return true;
        space.Tier = tier;
        events.Add(database, new SpaceTierChanged(spaceId, LowerCaseEnum.Text(tier)));
        await database.SaveChangesAsync(cancellationToken);
        return true;
    }

    public async Task<AdminChange> SetRoleAsync(string userId, UserRole role, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var admins = await LockAdminsAsync(database, cancellationToken);
        if (await LockAsync(userId, cancellationToken) is not { } user)
            return new AdminChange.NotFound();
        if (role != UserRole.Admin && admins.TrueForAll(admin => admin == userId) && user.Role == UserRole.Admin)
            return new AdminChange.LastAdmin();
        (user.Role, user.UpdatedAt) = (role, time.GetUtcNow());
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new AdminChange.Done(user);
    }

    /// <summary>
    /// Who can administer now, until the transaction ends. All at once and in one order: of two who demote or block each other, the second finds
    /// the first one's doing.
    /// </summary>
    public static Task<List<string>> LockAdminsAsync(AuthDbContext database, CancellationToken cancellationToken) =>
        database.Database.SqlQuery<string>($"""
            SELECT id AS "Value" FROM auth.users WHERE role = 'admin' AND deleted_at IS NULL AND blocked_at IS NULL ORDER BY id FOR NO KEY UPDATE
            """).ToListAsync(cancellationToken);

    /// <summary>Opens an account that wrong passwords have locked, from everywhere.</summary>
    public async Task<AdminChange> UnlockAsync(string userId, ClientInfo client, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(userId, cancellationToken) is not { } user)
            return new AdminChange.NotFound();
        await GuessLimit.ForgetAllAsync(database, user.NormalizedEmail!, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        log.Record(SecurityEventTypes.AccountUnlocked, userId, ClientInfo.None with { RequestId = client.RequestId }, ("by", "admin"));
        return new AdminChange.Done(user);
    }

    /// <summary>Signs the person out everywhere. Returns how many sessions ended; null when there is no such account.</summary>
    public async Task<int?> RevokeSessionsAsync(string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!await database.Users.AnyAsync(user => user.Id == userId && user.DeletedAt == null, cancellationToken))
            return null;
        var open = await database.Sessions.Where(session => session.UserId == userId && session.RevokedAt == null).OrderBy(session => session.Id)
            .Select(session => session.Id).ToListAsync(cancellationToken);
        foreach (var session in open)
            await sessions.RevokeAsync(session, RevokedByAdmin, cancellationToken);
        await sessions.ForgetAsync(userId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return open.Count;
    }

    async Task<User?> LockAsync(string userId, CancellationToken cancellationToken) =>
        (await database.Users.FromSql($"SELECT * FROM auth.users WHERE id = {userId} AND deleted_at IS NULL FOR NO KEY UPDATE").AsTracking().ToListAsync(cancellationToken))
            .SingleOrDefault();
}
