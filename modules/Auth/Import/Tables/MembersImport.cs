using Mana.Auth.Spaces;

namespace Mana.Auth.Import.Tables;

/// <summary>Who belongs to a space. Of several rows for one person the oldest stays, with the roles of all of them.</summary>
internal sealed class MembersImport : ITableImport
{
    public SourceTable Source { get; } = new("members", ["id", "organization_id", "user_id", "role", "created_at"], [])
    {
        Computed =
        [
            ("place", "row_number() OVER (PARTITION BY organization_id, user_id ORDER BY created_at, id)"),
            ("roles", "string_agg(role, ',') OVER (PARTITION BY organization_id, user_id)"),
        ],
        OrderBy = "organization_id, id",
    };

    public TargetTable Target { get; } = new("members", "id", "organization_id", "user_id", "role", "created_at")
    {
        Condition = """
            EXISTS (SELECT 1 FROM auth.users u WHERE u.id = w.user_id)
              AND EXISTS (SELECT 1 FROM auth.organizations o WHERE o.id = w.organization_id AND (o.owner_user_id IS NULL OR o.owner_user_id = w.user_id))
            """,
        NotStored = "a member here already, or account or space are gone",
    };

    public Plan Read(OriginalRow row, Survey survey)
    {
        if (!survey.IsAccepted(row["user_id"]))
            return Plan.Skip("there is no such account");
        if (survey.Space(row["organization_id"]) is not { } space)
            return Plan.Skip("its space is not imported");
        if (space.Owner is { } owner && owner != row["user_id"])
            return Plan.Skip("in the personal space of somebody else");
        if (row["place"] != "1")
            return Plan.Skip("the same membership once more");
        var roles = Known(row["roles"]);
        // Nobody checked roles (W18), and whoever was a member could write.
        var stored = roles ?? SpaceRoles.Member;
        var isHead = space.Head == row["user_id"] && !SpaceRoles.IsOwner(stored);
        return Plan.Store(
            new()
            {
                ["id"] = row["id"],
                ["organization_id"] = space.Id,
                ["user_id"] = row["user_id"],
                ["role"] = space.Owner is not null ? SpaceRoles.Owner : isHead ? SpaceRoles.Normalize($"{SpaceRoles.Owner},{stored}") : stored,
                ["created_at"] = row.Created,
            },
            roles is null ? "unknown role, taken as member" : null, isHead ? "made owner of a space that had none" : null);
    }

    static string? Known(string? roles)
    {
        var known = (roles ?? "").ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(role => SpaceRoles.Normalize(role) is not null).ToList();
        return known.Count == 0 ? null : SpaceRoles.Normalize(string.Join(',', known));
    }
}
