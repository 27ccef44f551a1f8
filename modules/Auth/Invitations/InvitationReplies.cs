using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Spaces;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Invitations;

/// <summary>An invitation with what its recipient wants to know of it.</summary>
internal sealed record ReceivedInvitation(Invitation Invitation, Organization Space, string InviterEmail);

/// <summary>An invitation that was accepted, and the member that it made.</summary>
internal sealed record AcceptedInvitation(Invitation Invitation, SeatedMember Member);

/// <summary>
/// What recipients do with invitations (auth.md 14.5). An invitation belongs to whoever has proved to own the address that it was sent to;
/// knowing its id is not enough.
/// </summary>
internal sealed class InvitationReplies(AuthDbContext database, SpaceLock locks, SpacePlans plans, SecurityLog security, IIdSource ids, TimeProvider time)
{
    public const int MostMembers = 100;
    const int MostListed = 100;

    public async Task<SpaceResult<ReceivedInvitation>> ReadAsync(SpaceCaller caller, string invitationId, CancellationToken cancellationToken)
    {
        var found = await FindAsync(caller, invitationId, cancellationToken);
        if (found is not SpaceResult<Invitation>.Done { Value: var invitation })
            return ((SpaceResult<Invitation>.Refused)found).Why;
        return await Received(database.Invitations.Where(row => row.Id == invitation.Id)).SingleOrDefaultAsync(cancellationToken) is { } received
            ? received
            : SpaceRefusal.NoSuchInvitation;
    }

    /// <summary>Those that can be accepted; none before the address is verified.</summary>
    public async Task<IReadOnlyList<ReceivedInvitation>> ListAsync(SpaceCaller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var address = await database.Users.Where(user => user.Id == caller.UserId && user.EmailConfirmed).Select(user => user.NormalizedEmail)
            .SingleOrDefaultAsync(cancellationToken);
        return address is null
            ? []
            : await Received(database.Invitations.Where(row => row.Email == address && row.Status == InvitationStatus.Pending && row.ExpiresAt > now))
                .Take(MostListed).ToListAsync(cancellationToken);
    }

    /// <summary>The recipient is a member from now on, and their session works in the space. However often it is tried at once, it works once.</summary>
    public async Task<SpaceResult<AcceptedInvitation>> AcceptAsync(SpaceCaller caller, string invitationId, CancellationToken cancellationToken)
    {
        var found = await FindAsync(caller, invitationId, cancellationToken);
        if (found is not SpaceResult<Invitation>.Done { Value: var invitation })
            return ((SpaceResult<Invitation>.Refused)found).Why;
        var (spaceId, most) = (invitation.OrganizationId, await plans.MostMembersAsync(invitation.OrganizationId, cancellationToken));

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(spaceId, cancellationToken) is not { } space || !await EndAsync(invitation, InvitationStatus.Accepted, cancellationToken))
            return SpaceRefusal.NoSuchInvitation;
        // As it is now: it may have been sent again with another role, and whoever sent it must still be one who may.
        var (role, inviterId) = await database.Invitations.Where(row => row.Id == invitation.Id).Select(row => new ValueTuple<string, string>(row.Role, row.InviterId)).SingleAsync(cancellationToken);
        var inviter = await locks.RoleAsync(spaceId, inviterId, cancellationToken) ?? "";
        if (!SpacePermissions.MayInvite(inviter) || !SpacePermissions.MayGive(inviter, role))
            return SpaceRefusal.NoSuchInvitation;
        if (!await locks.TakeUserAsync(caller.UserId, cancellationToken))
            return SpaceRefusal.NotRecipient;
        // Who came in by another way meanwhile stays what they are.
        var isNew = await locks.RoleAsync(spaceId, caller.UserId, cancellationToken) is null;
        if (isNew && await database.Members.CountAsync(member => member.OrganizationId == spaceId, cancellationToken) >= Math.Min(most, MostMembers))
            return SpaceRefusal.SpaceIsFull;
        if (isNew)
            database.Members.Add(new Member { Id = ids.NewId(), OrganizationId = spaceId, UserId = caller.UserId, Role = role, CreatedAt = space.UpdatedAt });
        await locks.OpenAsync(spaceId, caller.UserId, caller.SessionId, cancellationToken);
        if (isNew)
            await locks.CommitAsync(transaction, space, new SpaceMemberAdded(spaceId, caller.UserId, SpaceRoles.Highest(role)), cancellationToken);
        else
            await transaction.CommitAsync(cancellationToken);
        database.ChangeTracker.Clear();

        security.Record(SecurityEventTypes.OrganizationInvitationAccepted, caller.UserId, caller.Client, ("spaceId", spaceId), ("role", role));
        var member = await locks.Membership(spaceId, caller.UserId).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        var user = await database.Users.AsNoTracking().SingleAsync(row => row.Id == caller.UserId, cancellationToken);
        return member is null ? SpaceRefusal.NotMember : new AcceptedInvitation(invitation, new SeatedMember(member, user));
    }

    public async Task<SpaceResult<Invitation>> RejectAsync(SpaceCaller caller, string invitationId, CancellationToken cancellationToken)
    {
        var found = await FindAsync(caller, invitationId, cancellationToken);
        if (found is SpaceResult<Invitation>.Done { Value: var invitation } && !await EndAsync(invitation, InvitationStatus.Rejected, cancellationToken))
            return SpaceRefusal.NoSuchInvitation;
        return found;
    }

    /// <summary>In this order: it can be accepted, it is the caller's, and the caller has proved that.</summary>
    async Task<SpaceResult<Invitation>> FindAsync(SpaceCaller caller, string invitationId, CancellationToken cancellationToken)
    {
        if (!SpaceLookup.IsPossible(invitationId)
            || await database.Invitations.AsNoTracking().SingleOrDefaultAsync(row => row.Id == invitationId, cancellationToken) is not { } invitation
            || invitation.Status != InvitationStatus.Pending || invitation.ExpiresAt <= time.GetUtcNow())
            return SpaceRefusal.NoSuchInvitation;
        var user = await database.Users.AsNoTracking().SingleAsync(row => row.Id == caller.UserId, cancellationToken);
        if (user.NormalizedEmail != invitation.Email)
            return SpaceRefusal.NotRecipient;
        return user.EmailConfirmed ? invitation : SpaceRefusal.EmailNotVerified;
    }

    /// <summary>False when somebody was faster.</summary>
    async Task<bool> EndAsync(Invitation invitation, InvitationStatus status, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var ended = await database.Invitations.Where(row => row.Id == invitation.Id && row.Status == InvitationStatus.Pending && row.ExpiresAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.Status, status), cancellationToken);
        invitation.Status = status;
        return ended == 1;
    }

    IQueryable<ReceivedInvitation> Received(IQueryable<Invitation> which) =>
        (from invitation in which
         join space in database.Organizations on invitation.OrganizationId equals space.Id
         join inviter in database.Users on invitation.InviterId equals inviter.Id
         where space.DeletedAt == null
         orderby invitation.CreatedAt descending, invitation.Id
         select new ReceivedInvitation(invitation, space, inviter.Email!)).AsNoTracking();
}
