using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.History;

/// <summary>What the stored rows of a record say about its past. Values stay raw tokens: history shows them as they came.</summary>
internal static class PastState
{
    static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>Every field version that a row carries: <c>fields</c>, or <c>data</c> with its times, and a deletion.</summary>
    public static List<(string Field, ReadOnlyMemory<byte> Value, ReadOnlyMemory<byte> At)> VersionsOf(StoredVersion version)
    {
        var body = RawMembers.Of(version.Body);
        if (body.Find("fields") is { } fields)
            return Versions(RawMembers.Of(fields));
        var (data, times) = (RawMembers.Of(body.Find("data") ?? default), RawMembers.Of(body.Find("fieldMeta") ?? default));
        var versions = times.All.Select(time => (time.Name, data.Find(time.Name) ?? Null, time.Value)).ToList();
        if (body.Find(RecordState.DeletedAt) is { } deletedAt)
            versions.Add((RecordState.DeletedAt, deletedAt, deletedAt));
        return versions;
    }

    public static List<(string Field, ReadOnlyMemory<byte> Value, ReadOnlyMemory<byte> At)> LostOf(StoredVersion version) => Versions(RawMembers.Of(version.Lost));

    /// <summary>
    /// Walks back from a version to learn the values that were current right after it, including those of it that lost: who picks a version
    /// wants what it said. Rows hold what won when they were accepted, so of several the newer one counts.
    /// </summary>
    /// <returns>True when everything is known: what lies further back was wiped.</returns>
    public static bool Collect(Dictionary<string, ReadOnlyMemory<byte>> values, StoredVersion row, bool isTarget)
    {
        if (isTarget)
            foreach (var (field, value, _) in LostOf(row))
                values[field] = value;
        foreach (var (field, value, _) in VersionsOf(row))
            values.TryAdd(field, value);
        return row.Kind == EditKind.Erase;
    }

    static List<(string Field, ReadOnlyMemory<byte> Value, ReadOnlyMemory<byte> At)> Versions(RawMembers fields) => fields.All.Select(field =>
    {
        var version = RawMembers.Of(field.Value);
        return (field.Name, version.Find("value") ?? Null, version.Find("at") ?? Null);
    }).ToList();
}
