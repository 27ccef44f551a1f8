namespace Mana.Users.Tags;

internal sealed record TagGroup(Guid Id, string UserId, string Name, string? Color, string? Icon, int SortOrder, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>What became of a change to a tag or a group.</summary>
internal abstract record TagResult<T>
{
    private TagResult()
    {
    }

    public sealed record Ok(T Value) : TagResult<T>;

    /// <summary>There is none of this id, or it is somebody else's.</summary>
    public sealed record NotFound : TagResult<T>;

    /// <summary>The group that the tag should go to is not the caller's.</summary>
    public sealed record NoSuchGroup : TagResult<T>;

    public sealed record NameTaken(string Name) : TagResult<T>;

    public sealed record TooMany : TagResult<T>;

    /// <summary>The person was erased.</summary>
    public sealed record Gone : TagResult<T>;
}

/// <summary>Tags that everybody starts with: those of the guest, so that becoming somebody changes nothing (commerce.md 9.2).</summary>
internal static class DefaultTags
{
    public static readonly IReadOnlyList<(string Name, string Color, string Icon)> All =
        [("Arbeit", "#3B82F6", "Briefcase"), ("Persönlich", "#10B981", "User"), ("Familie", "#EC4899", "Heart"), ("Wichtig", "#EF4444", "Star")];
}
