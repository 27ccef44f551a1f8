using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Admin;

/// <summary>One line of the list of spaces.</summary>
internal sealed record SpaceLine(Organization Space, int MemberCount);

/// <summary>A space and who belongs to it.</summary>
internal sealed record SpaceFile(Organization Space, IReadOnlyList<SpacePerson> Members);

internal sealed record SpacePerson(string UserId, string Name, string Email, string Role, DateTimeOffset Since);

/// <summary>Spaces, for an administrator.</summary>
internal sealed class SpaceSearch(AuthDbContext database)
{
    public const int PageSize = 25;
    const int LongestSearch = 200;
    const int MostMembers = 500;

    /// <summary>Newest first; one more than a page when another follows. Personal ones are found by their owner.</summary>
    public async Task<List<SpaceLine>> PageAsync(string? search, bool withPersonal, int number, CancellationToken cancellationToken)
    {
        var spaces = database.Organizations.AsNoTracking().Where(space => space.DeletedAt == null && (withPersonal || space.Type != SpaceType.Personal));
        if (StoredText.Shortened(search?.Trim(), LongestSearch) is { Length: > 0 } text)
        {
            var pattern = $"%{UserSearch.Literal(text)}%";
            spaces = spaces.Where(space => space.Id == text || space.OwnerUserId == text || EF.Functions.ILike(space.Name, pattern, "\\") || EF.Functions.ILike(space.Slug, pattern, "\\"));
        }

        var rows = await spaces.OrderByDescending(space => space.CreatedAt).ThenBy(space => space.Id).Skip((number - 1) * PageSize).Take(PageSize + 1)
            .Select(space => new { space, Count = database.Members.Count(member => member.OrganizationId == space.Id) }).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new SpaceLine(row.space, row.Count));
    }

    /// <summary>Null: there is no such space, or no more.</summary>
    public async Task<SpaceFile?> FindAsync(string spaceId, CancellationToken cancellationToken)
    {
        if (await database.Organizations.AsNoTracking().SingleOrDefaultAsync(row => row.Id == spaceId && row.DeletedAt == null, cancellationToken) is not { } space)
            return null;
        var members = await database.Members.AsNoTracking().Where(member => member.OrganizationId == spaceId)
            .Join(database.Users.AsNoTracking(), member => member.UserId, user => user.Id, (member, user) => new { member, user })
            .OrderBy(row => row.member.CreatedAt).ThenBy(row => row.member.Id).Take(MostMembers).ToListAsync(cancellationToken);
        return new SpaceFile(space, members.ConvertAll(row => new SpacePerson(row.user.Id, row.user.Name, row.user.Email!, row.member.Role, row.member.CreatedAt)));
    }
}
