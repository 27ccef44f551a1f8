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

    /// <summary>The version is the one that stands now, or the row tells it again: folded rows do, and those that show or revive a record.</summary>
    public static bool IsCurrent(StoredVersion row, RecordState now, string field, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> at) =>
        now.Fields.TryGetValue(field, out var current)
        && (current.Stamp.Seq == row.Seq || (current.Stamp.Seq < row.Seq && current.At.Span.SequenceEqual(at.Span) && current.Value.Span.SequenceEqual(value.Span)));

    static List<(string Field, ReadOnlyMemory<byte> Value, ReadOnlyMemory<byte> At)> Versions(RawMembers fields) => fields.All.Select(field =>
    {
        var version = RawMembers.Of(field.Value);
        return (field.Name, version.Find("value") ?? Null, version.Find("at") ?? Null);
    }).ToList();
}
