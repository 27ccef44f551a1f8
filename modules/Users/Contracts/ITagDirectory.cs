namespace Mana.Users.Contracts;

/// <summary>A person's tags, for other modules (commerce.md 9.3). Tags of anybody else are never told, not even that they exist.</summary>
public interface ITagDirectory
{
    /// <summary>Those of the ids that are the owner's, in the order of their <see cref="Tag.SortOrder"/>.</summary>
    Task<IReadOnlyList<Tag>> ResolveAsync(string owner, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>What the owner has tagged something with.</summary>
    Task<IReadOnlyList<Tag>> ForEntityAsync(string owner, string appId, string entityId, CancellationToken cancellationToken);
}

/// <summary>A label of one person, for every app.</summary>
/// <param name="Name">1–100 characters, unique for its owner.</param>
/// <param name="Color"><c>#RRGGBB</c>.</param>
/// <param name="GroupId">A group of the same owner.</param>
public sealed record Tag(
    Guid Id, string UserId, string Name, string? Color, string? Icon, Guid? GroupId, int SortOrder, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
