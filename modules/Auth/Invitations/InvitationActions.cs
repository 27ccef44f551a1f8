using System.Buffers.Text;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Spaces;
using Mana.Kernel.Ids;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Invitations;

/// <summary>
/// Who may invite does so here, or takes it back (auth.md 14.5). Everything that is counted is counted under the lock of the space, and the
/// mail is owed in the same transaction.
/// </summary>
internal sealed class InvitationActions(
    AuthDbContext database, SpaceLock locks, SpacePlans plans, AccountMails mails, MailBudget budget, TrustedPages pages, SecurityLog security, IIdSource ids,
    TimeProvider time)
{
    public const int MostPending = 100;
    const int IdBytes = 24;
    const int MailsPerRecipient = 20;
    const int MailsPerInviter = 200;
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(48);
    static readonly TimeSpan BudgetSpan = TimeSpan.FromDays(1);

    /// <summary>Keeps a place for an address and owes it the mail.</summary>
    /// <param name="resend">When the address has an open invitation: mail it again, for another 48 hours and with this role.</param>
    public async Task<SpaceResult<Invitation>> InviteAsync(
        SpaceCaller caller, string spaceId, string? email, string role, bool resend, CancellationToken cancellationToken)
    {
        if (EmailAddress.Normalize(email) is not { } address)
            return SpaceRefusal.InvalidEmail;
        if (SpaceRoles.Normalize(role) is not { } stored)
            return SpaceRefusal.UnknownRole;
        var most = await plans.MostMembersAsync(spaceId, cancellationToken);

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(spaceId, cancellationToken) is not { } space)
            return SpaceRefusal.NoSuchSpace;
        if (await locks.RoleAsync(spaceId, caller.UserId, cancellationToken) is not { } own)
            return SpaceRefusal.NotMember;
        if (space.Type == SpaceType.Personal)
            return SpaceRefusal.PersonalSpace;
        if (!SpacePermissions.MayInvite(own))
            return SpaceRefusal.MayNotInvite;
        if (!SpacePermissions.MayGive(own, stored))
            return SpaceRefusal.MayNotInviteWithRole;
        var recipient = await database.Users.Where(user => user.NormalizedEmail == address && user.DeletedAt == null).Select(user => user.Id)
            .SingleOrDefaultAsync(cancellationToken);
        if (recipient is not null && await locks.RoleAsync(spaceId, recipient, cancellationToken) is not null)
            return SpaceRefusal.AlreadyMember;

        var now = time.GetUtcNow();
        var pending = database.Invitations.Where(invitation => invitation.OrganizationId == spaceId && invitation.Status == InvitationStatus.Pending);
        await pending.Where(invitation => invitation.Email == address && invitation.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        var open = await pending.AsTracking().SingleOrDefaultAsync(invitation => invitation.Email == address, cancellationToken);
        if (open is not null && !resend)
            return SpaceRefusal.AlreadyInvited;
        var others = await pending.CountAsync(invitation => invitation.ExpiresAt > now && invitation.Email != address, cancellationToken);
        if (others >= MostPending)
            return SpaceRefusal.TooManyInvitations;
        if (await database.Members.CountAsync(member => member.OrganizationId == spaceId, cancellationToken) + others >= most)
            return new SpaceResult<Invitation>.Refused(
                SpaceRefusal.PlanAllowsNoMoreMembers, $"The plan of this space allows {most} member(s), open invitations included. A larger plan allows more.");

        if (await SpendAsync(caller, address, cancellationToken) is not { } inviter)
            return SpaceRefusal.TooManyMails;
        if (open is null)
            database.Invitations.Add(open = new Invitation
            {
                Id = NewId(), OrganizationId = spaceId, Email = address, Role = stored, InviterId = caller.UserId,
                CreatedAt = Organization.WholeMicroseconds(now), ExpiresAt = now,
            });
        (open.Role, open.InviterId, open.ExpiresAt) = (stored, caller.UserId, Organization.WholeMicroseconds(now + Lifetime));
        mails.AddNameless(
            address, recipient, MailTemplates.Invitation, caller.Locale, open.ExpiresAt, ("inviter", inviter), ("space", space.Name), ("inviteLink", pages.InvitationLink(open.Id)));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        database.ChangeTracker.Clear();
        security.Record(SecurityEventTypes.OrganizationMemberInvited, caller.UserId, caller.Client, ("spaceId", spaceId), ("role", stored), ("again", resend));
        return open;
    }

    /// <summary>The invitation as it is now. One that is no longer pending is not there.</summary>
    public async Task<SpaceResult<Invitation>> CancelAsync(SpaceCaller caller, string invitationId, CancellationToken cancellationToken)
    {
        if (!SpaceLookup.IsPossible(invitationId)
            || await database.Invitations.AsNoTracking().SingleOrDefaultAsync(row => row.Id == invitationId, cancellationToken) is not { } invitation)
            return SpaceRefusal.NoSuchInvitation;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(invitation.OrganizationId, cancellationToken) is null)
            return SpaceRefusal.NoSuchInvitation;
        if (!SpacePermissions.MayInvite(await locks.RoleAsync(invitation.OrganizationId, caller.UserId, cancellationToken) ?? ""))
            return SpaceRefusal.MayNotCancel;
        if (await database.Invitations.Where(row => row.Id == invitationId && row.Status == InvitationStatus.Pending)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.Status, InvitationStatus.Canceled), cancellationToken) == 0)
            return SpaceRefusal.NoSuchInvitation;
        await transaction.CommitAsync(cancellationToken);
        invitation.Status = InvitationStatus.Canceled;
        return invitation;
    }

    /// <summary>The inviter's name as the mail says it; null when either of the two had their share of mails.</summary>
    async Task<string?> SpendAsync(SpaceCaller caller, string address, CancellationToken cancellationToken)
    {
        var inviter = await database.Users.AsNoTracking().SingleAsync(user => user.Id == caller.UserId, cancellationToken);
        return await budget.SpendAsync("invitation", address, MailsPerRecipient, BudgetSpan, cancellationToken)
            && await budget.SpendAsync("invitations-sent", inviter.NormalizedEmail!, MailsPerInviter, BudgetSpan, cancellationToken)
            ? string.IsNullOrWhiteSpace(inviter.Name) ? EmailAddress.LocalPart(inviter.Email!) : inviter.Name
            : null;
    }

    string NewId()
    {
        Span<byte> random = stackalloc byte[IdBytes];
        ids.Fill(random);
        return Base64Url.EncodeToString(random);
    }
}
