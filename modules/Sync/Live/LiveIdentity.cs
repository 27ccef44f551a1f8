using Mana.Kernel.Identity;
using Mana.Sync.Spaces;

namespace Mana.Sync.Live;

/// <summary>
/// Who is at the other end of a live connection, until when, and what they may hear of. Immutable: a connection changes its identity by
/// taking another one, so that nobody ever sees half of each.
/// </summary>
/// <param name="ClientId">Empty: the device is not known, and nothing is left out for it.</param>
internal sealed record LiveIdentity(string UserId, string? SessionId, string ClientId, DateTimeOffset ExpiresAt, Tenant Tenant)
{
    public static LiveIdentity Of(CurrentUser user, string clientId, Tenant tenant) => new(user.UserId, user.SessionId, clientId, user.ExpiresAt, tenant);

    /// <summary>The rules of sync.md 10: the scope is theirs, it is not another member's private record, and their own device did not write it.</summary>
    public bool Hears(Announcement announcement) =>
        (announcement.OnlyUser is null || announcement.OnlyUser == UserId)
        && !(announcement.ClientId.Length > 0 && announcement.ClientId == ClientId && announcement.AuthorId == UserId)
        && Reads(announcement.Scope);

    /// <summary>Spaces of <paramref name="earlier"/> that are no longer there.</summary>
    public IEnumerable<string> SpacesLostSince(Tenant earlier) =>
        from scope in earlier.Scopes
        where ScopeNames.SpaceIdOf(scope.Name) is not null && !Reads(scope.Name)
        select ScopeNames.SpaceIdOf(scope.Name);

    bool Reads(string scope)
    {
        foreach (var access in Tenant.Scopes)
            if (access.Name == scope)
                return true;
        return false;
    }
}
