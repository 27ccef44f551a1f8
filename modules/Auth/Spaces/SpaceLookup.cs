using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Spaces;

/// <summary>A member with the account behind it.</summary>
internal sealed record SeatedMember(Member Member, User User);

/// <summary>Somebody's place in a space.</summary>
internal sealed record Seat(Organization Space, Member Member, User User);

/// <summary>Which space, by what a caller says of it: an id, a slug, or nothing, which is the active one of the session.</summary>
internal sealed record SpaceReference(string? Id, string? Slug)
{
    public static readonly SpaceReference Active = new(null, null);

    public bool IsActive => Id is null && Slug is null;
}

/// <summary>Reads spaces for their members. Who is none learns nothing but that.</summary>
internal sealed class SpaceLookup(AuthDbContext database)
{
    const int LongestReference = 64;
    const int MostInvitations = 1000;

    /// <summary>Text that can be the id or slug of a space at all; anything else is nobody's, and PostgreSQL would not even look for it.</summary>
    public static bool IsPossible(string text) => text.Length is > 0 and <= LongestReference && !text.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter));

    /// <summary>The caller's place in the space that they speak of.</summary>
    public async Task<SpaceResult<Seat>> SeatAsync(SpaceCaller caller, SpaceReference reference, CancellationToken cancellationToken)
    {
        var found = await IdAsync(caller, reference, cancellationToken);
        if (found is not SpaceResult<string>.Done { Value: var id })
            return ((SpaceResult<string>.Refused)found).Why;
        var row = await database.Members.Where(member => member.OrganizationId == id && member.UserId == caller.UserId)
            .Join(database.Organizations, member => member.OrganizationId, space => space.Id, (member, space) => new { member, space })
            .Join(database.Users, pair => pair.member.UserId, user => user.Id, (pair, user) => new { pair.member, pair.space, user })
            .AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        return row is null ? SpaceRefusal.NotMember : new Seat(row.space, row.member, row.user);
    }

    /// <summary>The id of a space that exists; whether the caller belongs to it is another question.</summary>
    public async Task<SpaceResult<string>> IdAsync(SpaceCaller caller, SpaceReference reference, CancellationToken cancellationToken)
    {
        var wanted = reference.IsActive ? await ActiveAsync(caller, cancellationToken) : reference.Id;
        if (reference.IsActive && wanted is null)
            return SpaceRefusal.NoneActive;
        var slug = wanted is null ? reference.Slug : null;
        if (!IsPossible(wanted ?? slug!))
            return SpaceRefusal.NoSuchSpace;
        var found = await database.Organizations.Where(space => space.DeletedAt == null && (wanted != null ? space.Id == wanted : space.Slug == slug))
            .Select(space => space.Id).SingleOrDefaultAsync(cancellationToken);
        return found is null ? SpaceRefusal.NoSuchSpace : found;
    }

    /// <summary>Null: the session works in none.</summary>
    public async Task<string?> ActiveAsync(SpaceCaller caller, CancellationToken cancellationToken) =>
        await database.Sessions.Where(session => session.Id == caller.SessionId && session.UserId == caller.UserId).Select(session => session.ActiveOrganizationId)
            .SingleOrDefaultAsync(cancellationToken);

    /// <summary>Every space of a person, the one they joined first in front.</summary>
    public async Task<IReadOnlyList<(Organization Space, Member Member)>> OfAsync(string userId, CancellationToken cancellationToken) =>
        [.. (await database.Members.Where(member => member.UserId == userId)
            .Join(
                database.Organizations.Where(space => space.DeletedAt == null), member => member.OrganizationId, space => space.Id,
                (member, space) => new { member, space })
            .OrderBy(row => row.member.CreatedAt).ThenBy(row => row.member.Id).AsNoTracking().ToListAsync(cancellationToken)).Select(row => (row.space, row.member))];

    /// <summary>In the order in which they joined.</summary>
    public async Task<IReadOnlyList<SeatedMember>> MembersAsync(string spaceId, int limit, int offset, CancellationToken cancellationToken) =>
        await (from member in database.Members
               join user in database.Users on member.UserId equals user.Id
               where member.OrganizationId == spaceId
               orderby member.CreatedAt, member.Id
               select new SeatedMember(member, user)).Skip(offset).Take(limit).AsNoTracking().ToListAsync(cancellationToken);

    public Task<int> CountAsync(string spaceId, CancellationToken cancellationToken) =>
        database.Members.CountAsync(member => member.OrganizationId == spaceId, cancellationToken);

    /// <summary>By the id of the membership or by address.</summary>
    public async Task<SeatedMember?> MemberAsync(string spaceId, string idOrEmail, CancellationToken cancellationToken)
    {
        var email = idOrEmail.Contains('@', StringComparison.Ordinal) ? Accounts.EmailAddress.Normalize(idOrEmail) : null;
        if (email is null && !IsPossible(idOrEmail))
            return null;
        return await (from member in database.Members
                      join user in database.Users on member.UserId equals user.Id
                      where member.OrganizationId == spaceId && (email != null ? user.NormalizedEmail == email : member.Id == idOrEmail)
                      select new SeatedMember(member, user)).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Whatever became of them, the newest first.</summary>
    public async Task<IReadOnlyList<Invitation>> InvitationsAsync(string spaceId, CancellationToken cancellationToken) =>
        await database.Invitations.Where(invitation => invitation.OrganizationId == spaceId).OrderByDescending(invitation => invitation.CreatedAt)
            .ThenBy(invitation => invitation.Id).Take(MostInvitations).AsNoTracking().ToListAsync(cancellationToken);
}
