using System.Text.Json;
using Mana.Sync.Merge;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>Composes changes that tell a merged record instead of an edit of it: the state view, folded rows, records that come into view.</summary>
internal static class StateBody
{
    /// <summary>
    /// The record as it stands, for those who are shown it for the first time. As an insert when it names its creation and nothing that
    /// unmodified clients would date its fields by in its place; else as an update, which gives every field its own time.
    /// </summary>
    public static (EditKind Kind, byte[] Body) Whole(string id, RecordState state, string? spaceId, ReadOnlyMemory<byte> actor, string? origin)
    {
        var asInsert = !state.IsPartial && !state.IsDeleted && state.Fields.ContainsKey("createdAt") && !state.Fields.ContainsKey("updatedAt");
        var body = RawJson.Object(json =>
        {
            if (asInsert)
                WriteData(json, id, state);
            else
                json.WriteVersions(state.Fields);
            json.WriteTail(spaceId, actor, origin);
        });
        return (asInsert ? EditKind.Insert : EditKind.Update, body);
    }

    /// <summary>
    /// One synthetic change for a record (sync.md 14.5): an update with every field and its winning time, which unmodified clients create
    /// missing records from; or a delete.
    /// </summary>
    public static (EditKind Kind, byte[] Body) Synthetic(RecordState state, string scope) => state switch
    {
        { IsErased: true } => (EditKind.Erase, Bare(SpaceOf(scope, state.Fields), default, null)),
        { IsDeleted: true } => (EditKind.Delete, Deletion(state.Fields[RecordState.DeletedAt], SpaceOf(scope, state.Fields))),
        _ => (EditKind.Folded, Fields(state.Fields, scope)),
    };

    public static byte[] Fields(IReadOnlyDictionary<string, FieldVersion> fields, string scope) => RawJson.Object(json =>
    {
        json.WriteVersions(fields);
        json.WriteTail(SpaceOf(scope, fields), default, null);
    });

    /// <summary>On the wire <c>deletedAt</c> is a time; a record that was deleted by some other value is told by the time of that edit.</summary>
    public static byte[] Deletion(FieldVersion deletion, string? spaceId) => RawJson.Object(json =>
    {
        json.WriteRaw(RecordState.DeletedAt, deletion.Value.Span[0] == '"' ? deletion.Value : deletion.At);
        json.WriteTail(spaceId, default, null);
    });

    /// <summary>A change without content: a hard delete.</summary>
    public static byte[] Bare(string? spaceId, ReadOnlyMemory<byte> actor, string? origin) => RawJson.Object(json => json.WriteTail(spaceId, actor, origin));

    /// <summary>The space that the record lies in; in one's own scope what the record itself says.</summary>
    public static string? SpaceOf(string scope, IReadOnlyDictionary<string, FieldVersion> fields)
    {
        if (ScopeNames.SpaceIdOf(scope) is { } shared)
            return shared;
        return fields.TryGetValue("spaceId", out var own) ? Interpreter.Text(own.Value) : null;
    }

    static void WriteData(Utf8JsonWriter json, string id, RecordState state)
    {
        json.WriteStartObject("data");
        json.WriteString("id", id);
        foreach (var (name, version) in state.Fields)
            json.WriteRaw(name, version.Value);
        json.WriteEndObject();
        json.WriteStartObject("fieldMeta");
        foreach (var (name, version) in state.Fields)
            json.WriteRaw(name, version.At);
        json.WriteEndObject();
    }
}
