namespace Mana.Sync.Spaces;

/// <summary>Which scope a change belongs to (sync.md 2.10, 19).</summary>
internal static class ScopeRules
{
    const string Personal = "_personal:";
    const string Guest = Personal + "guest";

    /// <summary>
    /// The caller's own scope for no space, for the placeholders that clients use before they know it, and for the personal space itself:
    /// one person's data is in one place whichever of the three a device wrote. Null when the caller may not write there.
    /// </summary>
    public static ScopeAccess? Resolve(Tenant caller, string? spaceId) => Readable(caller, spaceId) is { MayWrite: true } scope ? scope : null;

    /// <summary>What clients wrote before they knew their personal space: whose, is in the rest of the name.</summary>
    public static bool IsPlaceholder(string spaceId) => spaceId.StartsWith(Personal, StringComparison.Ordinal);

    public static bool IsPlaceholderOf(string spaceId, string userId) =>
        spaceId == Guest || (IsPlaceholder(spaceId) && spaceId.AsSpan(Personal.Length).SequenceEqual(userId));

    /// <summary>The same for reading: a role that only reads is enough.</summary>
    public static ScopeAccess? Readable(Tenant caller, string? spaceId)
    {
        if (spaceId is null || spaceId == caller.PersonalSpaceId || IsPlaceholderOf(spaceId, caller.UserId))
            return caller.Own;
        if (IsPlaceholder(spaceId))
            return null;
        var name = ScopeNames.OfSpace(spaceId);
        for (var i = 1; i < caller.Scopes.Count; i++)
            if (caller.Scopes[i].Name == name)
                return caller.Scopes[i];
        return null;
    }
}
