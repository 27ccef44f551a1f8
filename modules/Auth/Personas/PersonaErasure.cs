using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Spaces;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Personas;

/// <summary>
/// Takes a persona and everything it left out of every module. It is nobody's account, so there is nobody to ask and nothing to keep; should
/// it be the last owner of a shared space, that space goes on without one.
/// </summary>
internal sealed class PersonaErasure(AuthDbContext database, IEnumerable<IPersonalData> modules, SpaceMemberships memberships, EventWriter events)
{
    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        foreach (var module in modules)
            await module.EraseAsync(userId, cancellationToken);
        var shared = await database.Members.Where(member => member.UserId == userId && database.Organizations.Any(space => space.Id == member.OrganizationId && space.OwnerUserId == null))
            .Select(member => member.OrganizationId).ToListAsync(cancellationToken);
        foreach (var space in shared)
            if (await memberships.RemoveAsync(space, userId, cancellationToken) == MembershipChange.LastOwner
                && await database.Members.CountAsync(member => member.OrganizationId == space, cancellationToken) == 1)
                await memberships.DeleteAsync(space, cancellationToken);

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        foreach (var space in await database.Organizations.Where(space => space.OwnerUserId == userId).Select(space => space.Id).ToListAsync(cancellationToken))
            events.Add(database, new SpaceDeleted(space, [userId]));
        await database.SaveChangesAsync(cancellationToken);
        // Personal space, memberships, sessions, keys, vault, descriptor, actions and feedback go with the account.
        await database.Users.Where(user => user.Id == userId && user.Kind == UserKind.Persona).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
