using Mana.Auth.Contracts;
using Mana.Sync.Spaces;

namespace Mana.Sync.Import;

/// <summary>
/// Which scope a row of the original belongs to. Placeholders and the author's personal space are the author's own scope; any other space is
/// taken at its word, because the original never checked and the members of today say nothing about those of then.
/// </summary>
internal sealed class Routing(ISpaceDirectory directory)
{
    public const string ForeignPlaceholder = "placeholder of another user's space: stored as the author's own";
    readonly Dictionary<string, string?> _personal = new(StringComparer.Ordinal);

    public async ValueTask<(string Scope, string? Remark)> ScopeOfAsync(string userId, string? spaceId, CancellationToken cancellationToken)
    {
        var own = ScopeNames.OfUser(userId);
        if (spaceId is null || ScopeRules.IsPlaceholderOf(spaceId, userId))
            return (own, null);
        if (ScopeRules.IsPlaceholder(spaceId))
            return (own, ForeignPlaceholder);
        return (spaceId == await PersonalOfAsync(userId, cancellationToken) ? own : ScopeNames.OfSpace(spaceId), null);
    }

    /// <summary>Without members a space is visible to nobody. It is kept: its members may be taken over later.</summary>
    public async Task<int> WithoutMembersAsync(IEnumerable<string> scopes, CancellationToken cancellationToken)
    {
        var deserted = 0;
        foreach (var space in scopes.Select(ScopeNames.SpaceIdOf).OfType<string>())
            deserted += (await directory.MembersOfAsync(space, cancellationToken)).Count == 0 ? 1 : 0;
        return deserted;
    }

    async ValueTask<string?> PersonalOfAsync(string userId, CancellationToken cancellationToken)
    {
        if (_personal.TryGetValue(userId, out var known))
            return known;
        var memberships = await directory.MembershipsOfAsync(userId, cancellationToken);
        return _personal[userId] = memberships.FirstOrDefault(membership => membership.IsPersonal)?.SpaceId;
    }
}

/// <summary>Former names of apps and collections (sync.md 25.1).</summary>
internal sealed class Renaming(IReadOnlyDictionary<string, string> names)
{
    public (string App, string Table) Of(string app, string table) =>
        (names.GetValueOrDefault(app, app), names.GetValueOrDefault(app + "/" + table, table));
}
