namespace Mana.Users.Data;

/// <summary>What a person has set. What is not in a document has its default.</summary>
internal sealed class SettingsRow
{
    public required string UserId { get; init; }

    public required string Global { get; init; }

    public required string Apps { get; init; }

    public required string Devices { get; init; }

    /// <summary>Rises by one with every change; the ETag.</summary>
    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class TagGroupRow
{
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; init; }

    public string? Color { get; init; }

    public string? Icon { get; init; }

    public int SortOrder { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class TagRow
{
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; init; }

    public string? Color { get; init; }

    public string? Icon { get; init; }

    public Guid? GroupId { get; init; }

    public int SortOrder { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A tag on something of an app. The owner is part of the key to the tag: a link to a foreign tag cannot be stored.</summary>
internal sealed class TagLinkRow
{
    public required Guid Id { get; init; }

    public required Guid TagId { get; init; }

    public required string UserId { get; init; }

    public required string AppId { get; init; }

    public required string EntityId { get; init; }

    public required string EntityType { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
