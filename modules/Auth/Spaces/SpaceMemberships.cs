using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mana.Auth.Spaces;

/// <summary>
/// Spaces and who belongs to them (auth.md 14). Every method is one transaction that holds the change and its event. Nothing is tracked, so
/// one instance may be used again and again. <c>by</c> is who wants it, judged under the lock; null is the platform itself, which may.
/// </summary>
internal sealed class SpaceMemberships(AuthDbContext database, SpaceFounding founding, SpaceLock locks, IIdSource ids)
{
    /// <summary>A space and its first member, the owner.</summary>
    public Task<SpaceCreation> CreateAsync(SpaceType type, string name, string ownerUserId, CancellationToken cancellationToken) =>
        founding.FoundAsync(new SpaceWish(type, name, ownerUserId), cancellationToken);

    /// <summary>A member stays what they are: nobody is promoted by being added again.</summary>
    public async Task<MembershipChange> AddAsync(string spaceId, string userId, string role, CancellationToken cancellationToken)
    {
        if (SpaceRoles.Normalize(role) is not { } stored)
            return MembershipChange.UnknownRole;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(spaceId, cancellationToken) is not { } space)
            return MembershipChange.NoSuchSpace;
        if (await locks.RoleAsync(spaceId, userId, cancellationToken) is not null)
            return MembershipChange.Unchanged;
        if (space.Type == SpaceType.Personal)
            return MembershipChange.PersonalSpace;
        if (!await locks.TakeUserAsync(userId, cancellationToken))
            return MembershipChange.NoSuchUser;

        database.Members.Add(new Member { Id = ids.NewId(), OrganizationId = spaceId, UserId = userId, Role = stored, CreatedAt = space.UpdatedAt });
        return await CommitAsync(transaction, space, new SpaceMemberAdded(spaceId, userId, SpaceRoles.Highest(stored)), cancellationToken);
    }

    /// <summary>Leaving and being removed are the same here. Sessions of the person that work in the space work nowhere then.</summary>
    public async Task<MembershipChange> RemoveAsync(string spaceId, string userId, CancellationToken cancellationToken, string? by = null)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(spaceId, cancellationToken) is not { } space)
            return MembershipChange.NoSuchSpace;
        if (await locks.RoleAsync(spaceId, userId, cancellationToken) is not { } role)
            return MembershipChange.NotMember;
        if (by is not null && by != userId && !SpacePermissions.MayManage(await OfAsync(spaceId, by, cancellationToken), role))
            return MembershipChange.NotAllowed;
        if (space.Type == SpaceType.Personal)
            return MembershipChange.PersonalSpace;
        if (SpaceRoles.IsOwner(role) && !await locks.HasOwnerBesideAsync(spaceId, userId, cancellationToken))
            return MembershipChange.LastOwner;

        await locks.Membership(spaceId, userId).ExecuteDeleteAsync(cancellationToken);
        await locks.CloseAsync(spaceId, userId, cancellationToken);
        return await CommitAsync(transaction, space, new SpaceMemberRemoved(spaceId, userId), cancellationToken);
    }

    /// <summary>The membership goes on: its start stays what it was.</summary>
    public async Task<MembershipChange> ChangeRoleAsync(string spaceId, string userId, string role, CancellationToken cancellationToken, string? by = null)
    {
        if (SpaceRoles.Normalize(role) is not { } stored)
            return MembershipChange.UnknownRole;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(spaceId, cancellationToken) is not { } space)
            return MembershipChange.NoSuchSpace;
        if (await locks.RoleAsync(spaceId, userId, cancellationToken) is not { } before)
            return MembershipChange.NotMember;
        var rank = by is null ? SpaceRoles.Owner : await OfAsync(spaceId, by, cancellationToken);
        if (!SpacePermissions.MayManage(rank, before) || !SpacePermissions.MayGive(rank, stored))
            return MembershipChange.NotAllowed;
        if (before == stored)
            return MembershipChange.Unchanged;
        if (space.Type == SpaceType.Personal)
            return MembershipChange.PersonalSpace;
        if (SpaceRoles.IsOwner(before) && !SpaceRoles.IsOwner(stored) && !await locks.HasOwnerBesideAsync(spaceId, userId, cancellationToken))
            return MembershipChange.LastOwner;

        await locks.Membership(spaceId, userId).ExecuteUpdateAsync(member => member.SetProperty(row => row.Role, stored), cancellationToken);
        return await CommitAsync(transaction, space, new SpaceRoleChanged(spaceId, userId, SpaceRoles.Highest(stored)), cancellationToken);
    }

    /// <summary>
    /// Ends every membership at once, with the invitations. The row of the space stays, empty, so that neither its id nor its slug is given
    /// out again.
    /// </summary>
    /// <param name="still">Of the members as they are under the lock: whether it is still to be deleted; false is <see cref="MembershipChange.NotAllowed"/>.</param>
    public async Task<MembershipChange> DeleteAsync(string spaceId, CancellationToken cancellationToken, string? by = null, Func<IReadOnlyList<Member>, bool>? still = null)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(spaceId, cancellationToken) is not { } space)
            return MembershipChange.NoSuchSpace;
        if (by is not null && !SpacePermissions.MayDelete(await OfAsync(spaceId, by, cancellationToken)))
            return MembershipChange.NotAllowed;
        if (space.Type == SpaceType.Personal)
            return MembershipChange.PersonalSpace;

        var members = database.Members.Where(member => member.OrganizationId == spaceId);
        if (still is not null && !still(await members.AsNoTracking().ToListAsync(cancellationToken)))
            return MembershipChange.NotAllowed;
        var former = await members.Select(member => member.UserId).ToListAsync(cancellationToken);
        await members.ExecuteDeleteAsync(cancellationToken);
        await database.Invitations.Where(invitation => invitation.OrganizationId == spaceId).ExecuteDeleteAsync(cancellationToken);
        await locks.CloseAsync(spaceId, null, cancellationToken);
        await database.Organizations.Where(row => row.Id == spaceId).ExecuteUpdateAsync(
            row => row.SetProperty(it => it.DeletedAt, space.UpdatedAt).SetProperty(it => it.Logo, (string?)null).SetProperty(it => it.Metadata, "{}"),
            cancellationToken);
        return await CommitAsync(transaction, space, new SpaceDeleted(spaceId, former), cancellationToken);
    }

    /// <summary>Empty, which may do nothing, for somebody who is no member.</summary>
    async Task<string> OfAsync(string spaceId, string userId, CancellationToken cancellationToken) => await locks.RoleAsync(spaceId, userId, cancellationToken) ?? "";

    async Task<MembershipChange> CommitAsync<TEvent>(IDbContextTransaction transaction, Organization space, TEvent happened, CancellationToken cancellationToken)
        where TEvent : IManaEvent
    {
        await locks.CommitAsync(transaction, space, happened, cancellationToken);
        return MembershipChange.Done;
    }
}
