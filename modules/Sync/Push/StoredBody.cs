using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>Edits of bodies that were composed earlier.</summary>
internal static class StoredBody
{
    static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>
    /// Moves fields from what is delivered to what is kept for history. A body that is left without any field is no longer delivered.
    /// </summary>
    public static (byte[]? Body, byte[]? Lost) WithoutFields(byte[]? body, byte[]? lost, IReadOnlyCollection<string> names)
    {
        if (body is null)
            return (body, lost);
        var (delivered, kept) = (RawMembers.Of(body), RawMembers.Of(lost));
        var (fields, data, times) = (Part(delivered, "fields"), Part(delivered, "data"), Part(delivered, "fieldMeta"));
        foreach (var name in names)
        {
            if (fields?.Remove(name) is { } version)
                kept.Set(name, version);
            if (times?.Remove(name) is { } at)
                kept.Set(name, Version(data?.Remove(name) ?? Null, at));
            if (name == RecordState.DeletedAt && delivered.Remove(RecordState.DeletedAt) is { } deletedAt)
                kept.Set(name, Version(deletedAt, deletedAt));
        }

        Put(delivered, "fields", fields);
        Put(delivered, "data", data);
        Put(delivered, "fieldMeta", times);
        var deletionLeft = names.Contains(RecordState.DeletedAt, StringComparer.Ordinal) && fields is null && data is null && delivered.Find(RecordState.DeletedAt) is null;
        return (fields?.Count == 0 || times?.Count == 0 || deletionLeft ? null : delivered.ToArray(), kept.ToArray());
    }

    /// <summary>The same body, told by somebody else.</summary>
    public static byte[] WithActor(byte[] body, ReadOnlyMemory<byte> actor)
    {
        var members = RawMembers.Of(body);
        if (members.Find("actor") is not null)
            members.Set("actor", actor);
        return members.ToArray();
    }

    static RawMembers? Part(RawMembers of, string name) => of.Find(name) is { } part ? RawMembers.Of(part) : null;

    static void Put(RawMembers into, string name, RawMembers? part)
    {
        if (part is not null)
            into.Set(name, part.ToArray());
    }

    static byte[] Version(ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> at) => RawJson.Object(json =>
    {
        json.WriteRaw("value", value);
        json.WriteRaw("at", at);
    });
}
