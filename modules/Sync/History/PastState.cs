using System.Text;
using System.Text.Json.Nodes;
using Mana.Sync.Merge;

namespace Mana.Sync.History;

/// <summary>What the stored rows of a record say about its past.</summary>
internal static class PastState
{
    /// <summary>Every field version that a row carries: <c>fields</c>, or <c>data</c> with its times, and a deletion.</summary>
    public static JsonObject VersionsOf(StoredVersion version)
    {
        var body = Parse(version.Body);
        if (body["fields"] is JsonObject fields)
            return (JsonObject)fields.DeepClone();
        var versions = new JsonObject();
        var times = body["fieldMeta"] as JsonObject ?? [];
        foreach (var (name, value) in (body["data"] as JsonObject ?? []).Where(member => times.ContainsKey(member.Key)))
            versions[name] = new JsonObject { ["value"] = value?.DeepClone(), ["at"] = times[name]?.DeepClone() };
        if (body[RecordState.DeletedAt] is { } deletedAt)
            versions[RecordState.DeletedAt] = new JsonObject { ["value"] = deletedAt.DeepClone(), ["at"] = deletedAt.DeepClone() };
        return versions;
    }

    public static JsonObject LostOf(StoredVersion version) => Parse(version.Lost);

    /// <summary>
    /// The values that were current right after <paramref name="target"/>, including those of it that lost: who picks a version wants what it
    /// said. Rows hold what won when they were accepted, so of several the later one counts.
    /// </summary>
    /// <param name="rows">The target and everything older, newest first.</param>
    public static Dictionary<string, JsonNode?> ValuesAt(IEnumerable<StoredVersion> rows, StoredVersion target)
    {
        var values = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var row in rows.Where(row => row.Seq <= target.Seq).OrderBy(row => row.Seq))
        {
            if (row.Kind == EditKind.Erase)
                values.Clear();
            foreach (var (name, version) in VersionsOf(row))
                values[name] = version!["value"];
        }

        foreach (var (name, version) in LostOf(target))
            values[name] = version!["value"];
        return values;
    }

    static JsonObject Parse(byte[]? json) => json is null ? [] : (JsonObject)JsonNode.Parse(Encoding.UTF8.GetString(json))!;
}
