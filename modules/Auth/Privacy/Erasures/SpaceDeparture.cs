using Mana.Auth.Data;
using Mana.Auth.Spaces;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Privacy.Erasures;

/// <summary>A shared space whose only owner somebody is.</summary>
/// <param name="Members">All of them, the owner included.</param>
internal sealed record OwnedSpace(string Id, string Name, int Members);

/// <summary>
/// How an erased person leaves their spaces (auth.md 19.3). Who wants to go says beforehand what becomes of spaces with other members; when
/// things have changed since, the space goes to the member of the highest rank who has been there longest, because an erasure never waits for somebody.
/// </summary>
internal sealed class SpaceDeparture(AuthDbContext database, SpaceMemberships spaces)
{
    /// <summary>Shared spaces with other members that nobody else owns and that the wish does not provide for.</summary>
    public async Task<IReadOnlyList<OwnedSpace>> UnprovidedAsync(string userId, ErasureWish wish, CancellationToken cancellationToken)
    {
        var left = new List<OwnedSpace>();
        foreach (var (space, members) in await SharedAsync(userId, cancellationToken))
        {
            var others = members.Where(member => member.UserId != userId).ToList();
            var alone = members.Exists(member => member.UserId == userId && SpaceRoles.IsOwner(member.Role)) && !others.Exists(other => SpaceRoles.IsOwner(other.Role));
            if (alone && others.Count > 0 && !wish.Deletes(space.Id) && !others.Exists(other => other.UserId == wish.HeirOf(space.Id)))
                left.Add(new OwnedSpace(space.Id, space.Name, members.Count));
        }

        return left;
    }

    /// <summary>Leaves every shared space; safe to repeat. The personal one goes with the account.</summary>
    public async Task LeaveAllAsync(string userId, ErasureWish wish, CancellationToken cancellationToken)
    {
        foreach (var (space, members) in await SharedAsync(userId, cancellationToken))
        {
            bool Ends(IReadOnlyList<Member> present) =>
                present.All(member => member.UserId == userId) || (wish.Deletes(space.Id) && !present.Any(member => member.UserId != userId && SpaceRoles.IsOwner(member.Role)));
            if (Ends(members))
            {
                await DeleteAsync(space.Id, Ends, cancellationToken);
                continue;
            }

            var others = members.Where(member => member.UserId != userId).ToList();
            if (!others.Exists(other => SpaceRoles.IsOwner(other.Role)))
                await spaces.ChangeRoleAsync(space.Id, HeirOf(space.Id, others, wish), SpaceRoles.Owner, cancellationToken);
            if (await spaces.RemoveAsync(space.Id, userId, cancellationToken) == MembershipChange.LastOwner)
                throw new InvalidOperationException("The other owner left meanwhile; the next attempt finds another one.");
        }
    }

    /// <summary>Its row stays for its id and its slug; what its owner wrote into it goes.</summary>
    async Task DeleteAsync(string spaceId, Func<IReadOnlyList<Member>, bool> still, CancellationToken cancellationToken)
    {
        if (await spaces.DeleteAsync(spaceId, cancellationToken, still: still) == MembershipChange.NotAllowed)
            throw new InvalidOperationException("Somebody came into the space meanwhile; the next attempt leaves it to them.");
        await database.Organizations.Where(row => row.Id == spaceId).ExecuteUpdateAsync(
            row => row.SetProperty(it => it.Name, "").SetProperty(it => it.Logo, (string?)null).SetProperty(it => it.Metadata, "{}"), cancellationToken);
    }

    static string HeirOf(string spaceId, List<Member> others, ErasureWish wish) =>
        others.Find(other => other.UserId == wish.HeirOf(spaceId))?.UserId
        ?? others.OrderBy(other => SpaceRoles.Rank(other.Role)).ThenBy(other => other.CreatedAt).First().UserId;

    async Task<List<(Organization Space, List<Member> Members)>> SharedAsync(string userId, CancellationToken cancellationToken)
    {
        var shared = await database.Organizations.AsNoTracking().Where(space => space.Type != SpaceType.Personal && space.DeletedAt == null)
            .Where(space => database.Members.Any(member => member.OrganizationId == space.Id && member.UserId == userId)).OrderBy(space => space.Id).ToListAsync(cancellationToken);
        var ids = shared.ConvertAll(space => space.Id);
        var members = (await database.Members.AsNoTracking().Where(member => ids.Contains(member.OrganizationId)).ToListAsync(cancellationToken)).ToLookup(member => member.OrganizationId);
        return shared.ConvertAll(space => (space, members[space.Id].ToList()));
    }
}
