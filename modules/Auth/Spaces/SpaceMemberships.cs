using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mana.Auth.Spaces;

/// <summary>
/// Spaces and who belongs to them (auth.md 14). Every method is one transaction that holds the change and its event. It decides what is
/// possible, not who may ask for it: that is the caller's. Nothing is tracked, so one instance may be used again and again.
/// </summary>
internal sealed class SpaceMemberships(AuthDbContext database, NewSpace creation, EventWriter events, IIdSource ids, TimeProvider time)
{
    const int LongestName = 255;

    /// <summary>A space and its first member, the owner.</summary>
    public async Task<SpaceCreation> CreateAsync(SpaceType type, string name, string ownerUserId, CancellationToken cancellationToken)
    {
        var title = name.Trim();
        // A personal space may be named after a person whose name is one character.
        if (title.Length > LongestName || title.Length < (type == SpaceType.Personal ? 1 : 2) || title.Any(char.IsControl))
            return new SpaceCreation.Invalid($"name: 2 to {LongestName} characters, none of them control characters");

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!await LockUserAsync(ownerUserId, cancellationToken))
            return new SpaceCreation.NoSuchUser();
        if (type == SpaceType.Personal && await PersonalAsync(ownerUserId, cancellationToken) is { } existing)
            return new SpaceCreation.AlreadyThere(existing);

        var id = creation.Add(type, title, ownerUserId, AccessTier.Public);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new SpaceCreation.Created(id);
    }

    /// <summary>A member stays what they are: nobody is promoted by being added again.</summary>
    public async Task<MembershipChange> AddAsync(string spaceId, string userId, string role, CancellationToken cancellationToken)
    {
        if (SpaceRoles.Normalize(role) is not { } stored)
            return MembershipChange.UnknownRole;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(spaceId, cancellationToken) is not { } space)
            return MembershipChange.NoSuchSpace;
        if (await RoleAsync(spaceId, userId, cancellationToken) is not null)
            return MembershipChange.Unchanged;
        if (space.Type == SpaceType.Personal)
            return MembershipChange.PersonalSpace;
        if (!await LockUserAsync(userId, cancellationToken))
            return MembershipChange.NoSuchUser;

        database.Members.Add(new Member { Id = ids.NewId(), OrganizationId = spaceId, UserId = userId, Role = stored, CreatedAt = space.UpdatedAt });
        return await CommitAsync(transaction, space, new SpaceMemberAdded(spaceId, userId, SpaceRoles.Highest(stored)), cancellationToken);
    }

    /// <summary>Leaving and being removed are the same here.</summary>
    public async Task<MembershipChange> RemoveAsync(string spaceId, string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(spaceId, cancellationToken) is not { } space)
            return MembershipChange.NoSuchSpace;
        if (await RoleAsync(spaceId, userId, cancellationToken) is not { } role)
            return MembershipChange.NotMember;
        if (space.Type == SpaceType.Personal)
            return MembershipChange.PersonalSpace;
        if (SpaceRoles.IsOwner(role) && !await HasOwnerBesideAsync(spaceId, userId, cancellationToken))
            return MembershipChange.LastOwner;

        await Membership(spaceId, userId).ExecuteDeleteAsync(cancellationToken);
        return await CommitAsync(transaction, space, new SpaceMemberRemoved(spaceId, userId), cancellationToken);
    }

    /// <summary>The membership goes on: its start stays what it was.</summary>
    public async Task<MembershipChange> ChangeRoleAsync(string spaceId, string userId, string role, CancellationToken cancellationToken)
    {
        if (SpaceRoles.Normalize(role) is not { } stored)
            return MembershipChange.UnknownRole;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(spaceId, cancellationToken) is not { } space)
            return MembershipChange.NoSuchSpace;
        if (await RoleAsync(spaceId, userId, cancellationToken) is not { } before)
            return MembershipChange.NotMember;
        if (before == stored)
            return MembershipChange.Unchanged;
        if (space.Type == SpaceType.Personal)
            return MembershipChange.PersonalSpace;
        if (SpaceRoles.IsOwner(before) && !SpaceRoles.IsOwner(stored) && !await HasOwnerBesideAsync(spaceId, userId, cancellationToken))
            return MembershipChange.LastOwner;

        await Membership(spaceId, userId).ExecuteUpdateAsync(member => member.SetProperty(row => row.Role, stored), cancellationToken);
        return await CommitAsync(transaction, space, new SpaceRoleChanged(spaceId, userId, SpaceRoles.Highest(stored)), cancellationToken);
    }

    /// <summary>Ends every membership at once. The row of the space stays, empty, so that neither its id nor its slug is given out again.</summary>
    public async Task<MembershipChange> DeleteAsync(string spaceId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(spaceId, cancellationToken) is not { } space)
            return MembershipChange.NoSuchSpace;
        if (space.Type == SpaceType.Personal)
            return MembershipChange.PersonalSpace;

        var members = database.Members.Where(member => member.OrganizationId == spaceId);
        var former = await members.Select(member => member.UserId).ToListAsync(cancellationToken);
        await members.ExecuteDeleteAsync(cancellationToken);
        await database.Organizations.Where(row => row.Id == spaceId)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.DeletedAt, space.UpdatedAt), cancellationToken);
        return await CommitAsync(transaction, space, new SpaceDeleted(spaceId, former), cancellationToken);
    }

    /// <summary>
    /// The row is locked; what is read after this statement sees everything that the previous holder committed.
    /// <see cref="Organization.UpdatedAt"/> of the result is already the instant of the change that the lock is for.
    /// </summary>
    async Task<Organization?> LockAsync(string spaceId, CancellationToken cancellationToken)
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
    /// False when there is no such account. Otherwise it cannot be removed before this transaction ends, and of two creations for one
    /// owner the second sees the personal space of the first.
    /// </summary>
    async Task<bool> LockUserAsync(string userId, CancellationToken cancellationToken) =>
        (await database.Database.SqlQuery<string>($"SELECT id FROM auth.users WHERE id = {userId} AND deleted_at IS NULL FOR NO KEY UPDATE")
            .ToListAsync(cancellationToken)).Count == 1;

    async Task<string?> PersonalAsync(string userId, CancellationToken cancellationToken) =>
        await database.Organizations.Where(space => space.OwnerUserId == userId && space.Type == SpaceType.Personal).Select(space => space.Id)
            .SingleOrDefaultAsync(cancellationToken);

    async Task<string?> RoleAsync(string spaceId, string userId, CancellationToken cancellationToken) =>
        await Membership(spaceId, userId).Select(member => member.Role).SingleOrDefaultAsync(cancellationToken);

    async Task<bool> HasOwnerBesideAsync(string spaceId, string userId, CancellationToken cancellationToken) =>
        (await database.Members.Where(member => member.OrganizationId == spaceId && member.UserId != userId).Select(member => member.Role)
            .ToListAsync(cancellationToken)).Exists(SpaceRoles.IsOwner);

    IQueryable<Member> Membership(string spaceId, string userId) =>
        database.Members.Where(member => member.OrganizationId == spaceId && member.UserId == userId);

    async Task<MembershipChange> CommitAsync<TEvent>(IDbContextTransaction transaction, Organization space, TEvent happened, CancellationToken cancellationToken)
        where TEvent : IManaEvent
    {
        events.Add(database, happened);
        await database.Organizations.Where(row => row.Id == space.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.UpdatedAt, space.UpdatedAt), cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return MembershipChange.Done;
    }
}
