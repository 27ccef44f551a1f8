using Mana.Auth.Data;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mana.Auth.Spaces;

/// <summary>
/// The row of a space, which is the lock of everything about its members. It is taken first, then accounts, then sessions: whoever keeps to
/// that order waits for nobody who waits for them. Call inside a transaction.
/// </summary>
internal sealed class SpaceLock(AuthDbContext database, EventWriter events, TimeProvider time)
{
    /// <summary>
    /// Null: never was, or is deleted. What is read after this statement sees everything that the previous holder committed.
    /// <see cref="Organization.UpdatedAt"/> of the result is already the instant of the change that the lock is for.
    /// </summary>
    public async Task<Organization?> TakeAsync(string spaceId, CancellationToken cancellationToken)
    {
        var spaces = await database.Organizations
            .FromSql($"SELECT * FROM auth.organizations WHERE id = {spaceId} AND deleted_at IS NULL FOR UPDATE")
            .AsNoTracking().ToListAsync(cancellationToken);
        if (spaces is not [var space])
            return null;
        space.UpdatedAt = space.NextChange(time.GetUtcNow());
        return space;
    }

    /// <summary>
    /// False when there is no such account. Otherwise it cannot be removed before this transaction ends, and of two foundings by one owner
    /// the second counts the space of the first.
    /// </summary>
    public async Task<bool> TakeUserAsync(string userId, CancellationToken cancellationToken) =>
        (await database.Database.SqlQuery<string>($"SELECT id FROM auth.users WHERE id = {userId} AND deleted_at IS NULL FOR NO KEY UPDATE")
            .ToListAsync(cancellationToken)).Count == 1;

    /// <summary>Null: no member.</summary>
    public async Task<string?> RoleAsync(string spaceId, string userId, CancellationToken cancellationToken) =>
        await Membership(spaceId, userId).Select(member => member.Role).SingleOrDefaultAsync(cancellationToken);

    public async Task<bool> HasOwnerBesideAsync(string spaceId, string userId, CancellationToken cancellationToken) =>
        (await database.Members.Where(member => member.OrganizationId == spaceId && member.UserId != userId).Select(member => member.Role)
            .ToListAsync(cancellationToken)).Exists(SpaceRoles.IsOwner);

    public IQueryable<Member> Membership(string spaceId, string userId) =>
        database.Members.Where(member => member.OrganizationId == spaceId && member.UserId == userId);

    /// <summary>Nobody goes on working in a space that they do not belong to (W5).</summary>
    /// <param name="userId">Null: everybody.</param>
    public Task CloseAsync(string spaceId, string? userId, CancellationToken cancellationToken) =>
        // In the order in which sessions are ended, so that the two cannot wait for each other.
        database.Database.ExecuteSqlAsync($"""
            UPDATE auth.sessions SET active_organization_id = NULL WHERE id IN (
              SELECT id FROM auth.sessions WHERE active_organization_id = {spaceId} AND ({userId}::text IS NULL OR user_id = {userId})
              ORDER BY id COLLATE "C" FOR NO KEY UPDATE)
            """, cancellationToken);

    /// <summary>The session works in this space from now on; its row is the caller's to have locked.</summary>
    public Task OpenAsync(string spaceId, string userId, string? sessionId, CancellationToken cancellationToken) =>
        database.Sessions.Where(session => session.Id == sessionId && session.UserId == userId)
            .ExecuteUpdateAsync(session => session.SetProperty(row => row.ActiveOrganizationId, spaceId), cancellationToken);

    /// <summary>The change is done: tells of it and commits.</summary>
    public Task CommitAsync<TEvent>(IDbContextTransaction transaction, Organization space, TEvent happened, CancellationToken cancellationToken)
        where TEvent : IManaEvent
    {
        events.Add(database, happened);
        return CommitAsync(transaction, space, cancellationToken);
    }

    /// <summary>The same for what concerns nobody else.</summary>
    public async Task CommitAsync(IDbContextTransaction transaction, Organization space, CancellationToken cancellationToken)
    {
        await database.Organizations.Where(row => row.Id == space.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.UpdatedAt, space.UpdatedAt), cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
