using System.Text.Json.Nodes;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;

namespace Mana.Auth.Import.Tables;

/// <summary>
/// Spaces keep id and slug; type and tier move from the metadata into columns (auth.md 4.3, item 3). A further personal space of somebody
/// becomes a shared one of theirs, so that what it holds stays within reach.
/// </summary>
internal sealed class SpacesImport : ITableImport
{
    public SourceTable Source { get; } = new("organizations", ["id", "created_at"], ["name", "slug", "logo", "metadata", "updated_at"]);

    public TargetTable Target { get; } = new("organizations", "id", "name", "slug", "type", "tier", "owner_user_id", "logo", "metadata", "created_at")
    {
        Made = ["updated_at"],
        Condition = "w.owner_user_id IS NULL OR EXISTS (SELECT 1 FROM auth.users u WHERE u.id = w.owner_user_id)",
        NotStored = "its slug is taken here, or its owner has a personal space here, or is gone",
    };

    public Plan Read(OriginalRow row, Survey survey)
    {
        if (survey.Space(row["id"]) is not { } space)
            return Plan.Skip("a personal space of nobody");
        var document = row.Json("metadata", out var wasWrapped);
        var metadata = document as JsonObject ?? [];
        var (type, typeRemark) = Words.Of(Survey.TypeOf(row), SpaceType.Team, "type");
        var (tier, tierRemark) = Words.Of(Survey.Word(metadata, "tier"), AccessTier.Public, "tier");
        metadata.Remove("type");
        metadata.Remove("tier");
        return Plan.Store(
            new()
            {
                ["id"] = space.Id,
                ["name"] = row["name"] is { Length: > 0 } name ? name : space.Id,
                ["slug"] = row["slug"] is { Length: > 0 } slug ? slug : space.Id,
                ["type"] = space.SurplusOf is null ? type : LowerCaseEnum.Text(SpaceType.Team),
                ["tier"] = tier,
                ["owner_user_id"] = space.Owner,
                ["logo"] = row["logo"],
                ["metadata"] = metadata.DeepClone(),
                ["created_at"] = row.Created,
                ["updated_at"] = row.Instant("updated_at") ?? row.Created,
            },
            typeRemark, tierRemark,
            wasWrapped ? "metadata was a text inside the JSON, unwrapped" : null,
            document is null && row["metadata"] is not (null or "null") ? "metadata was no JSON object, left out" : null,
            Survey.TypeOf(row) is null ? "no type, taken as team" : null,
            space.Head is null ? "nobody belongs to it" : null,
            space.SurplusOf is null ? null : "a further personal space of somebody, made a shared one");
    }
}
