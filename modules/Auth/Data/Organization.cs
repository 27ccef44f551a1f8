namespace Mana.Auth.Data;

/// <summary>
/// A space (auth.md 14.1; 4.3, item 3): the word of the table and of the routes is the original's. Its row is the lock of its memberships:
/// whoever changes one takes it first, so that "at least one owner" is counted by one transaction at a time.
/// </summary>
internal sealed class Organization
{
    public required string Id { get; init; }

    public required string Name { get; set; }

    /// <summary>Unique for ever: the slug of a deleted space never comes to mean another one.</summary>
    public required string Slug { get; set; }

    /// <summary>Never changes: it decides what the space may hold.</summary>
    public required SpaceType Type { get; init; }

    public AccessTier Tier { get; set; } = AccessTier.Public;

    /// <summary>Set for a personal space and only there.</summary>
    public string? OwnerUserId { get; init; }

    public string? Logo { get; set; }

    /// <summary>The part of the metadata that users may edit, a JSON object. Type and tier are columns, merged into the view.</summary>
    public string Metadata { get; set; } = "{}";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Rises with every change of a membership, also when the clock stands still or goes back: see <see cref="NextChange"/>.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The row stays, without members, to keep id and slug taken.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>
    /// The instant of the next change, whole microseconds (what the column holds) and later than any before it. Memberships start at such
    /// instants, so two memberships of one person in one space never look the same.
    /// </summary>
    public DateTimeOffset NextChange(DateTimeOffset now)
    {
        var instant = WholeMicroseconds(now);
        return instant > UpdatedAt ? instant : UpdatedAt.AddMicroseconds(1);
    }

    public static DateTimeOffset WholeMicroseconds(DateTimeOffset instant) => instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));
}

/// <summary>That a person belongs to a space, and as what (auth.md 4.3, item 2). Leaving removes the row; joining again makes another.</summary>
internal sealed class Member
{
    public required string Id { get; init; }

    public required string OrganizationId { get; init; }

    public required string UserId { get; init; }

    /// <summary>Registered roles in order of rank, comma separated (Spaces/SpaceRoles).</summary>
    public required string Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Stored and sent in lower case.</summary>
internal enum SpaceType
{
    Personal,
    Brand,
    Club,
    Family,
    Team,
    Practice,
}
