using System.Text.Json;
using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>
/// Composes what other devices will get to see of an edit: the tail of the wire object (sync.md 2.1), stored as it will be sent.
/// Only versions that are current when the edit is accepted are part of it; what lost goes to the audit column instead.
/// </summary>
internal static class ChangeBody
{
    /// <summary>The kind that is sent, and the body; null when there is nothing to tell.</summary>
    public static (EditKind Kind, byte[]? Body) Compose(PlannedChange change, RecordEdit edit, MergeOutcome outcome)
    {
        // Whoever edits a hard-deleted record without bringing it back is told once more that it is gone: its device has made it anew.
        if (outcome.After.IsErased)
            return (EditKind.Erase, Write(change, _ => { }));
        if (edit.Kind == EditKind.Delete)
            return (edit.Kind, outcome.AllLost ? null : Write(change, json => json.WriteRaw(RecordState.DeletedAt, edit.Fields[0].Value)));
        // What arrived while the record was hard-deleted was told to nobody; it comes back with the record. So does what a soft delete hid:
        // the log may have been compacted meanwhile, and a device that came later knows the deletion only.
        var unseen = outcome.Revived || outcome.Undeleted ? outcome.After.Fields.Where(field => field.Value.Stamp.Seq != edit.Seq).ToList() : [];
        return edit.Kind == EditKind.Insert && unseen.Count == 0 && !outcome.AnyLost && outcome.EarlierDeletion(edit.Seq) is null && !IsClamped(change, edit)
            ? (edit.Kind, Insert(change, edit))
            : (EditKind.Update, Update(change, edit, outcome, unseen));
    }

    /// <summary>Every field of the edit, for one that was not allowed to touch the record.</summary>
    public static byte[] Refused(RecordEdit edit) => RawJson.Object(json =>
    {
        foreach (var field in edit.Fields)
            json.WriteVersion(field.Name, field.Value, field.At);
    });

    /// <summary>Versions that did not become current, as <c>{field: {"value":…,"at":…}}</c>; null when all did.</summary>
    public static byte[]? Lost(RecordEdit edit, MergeOutcome outcome) => !outcome.AnyLost ? null : RawJson.Object(json =>
    {
        for (var i = 0; i < edit.Fields.Count; i++)
            if (outcome.Lost[i])
                json.WriteVersion(edit.Fields[i].Name, edit.Fields[i].Value, edit.Fields[i].At);
    });

    public static byte[] ObjectOf(IEnumerable<DataMember> members) => RawJson.Object(json =>
    {
        foreach (var member in members)
            json.WriteRaw(member.Name, member.Value);
    });

    /// <summary>
    /// Each field with its own time. Also the form of an insert that is not taken over as it came: unmodified clients date all fields of
    /// an insert by its <c>createdAt</c>, or by their own clock when that is missing. A deleted record is told again with its deletion:
    /// whoever does not know the record must not take it for a live one.
    /// </summary>
    static byte[]? Update(PlannedChange change, RecordEdit edit, MergeOutcome outcome, List<KeyValuePair<string, FieldVersion>> unseen)
    {
        var deletion = unseen.Count == 0 ? outcome.EarlierDeletion(edit.Seq) : null;
        if (Array.TrueForAll(outcome.Lost, lost => lost) && unseen.Count == 0 && deletion is null)
            return null;
        return Write(change, json =>
        {
            json.WriteStartObject("fields");
            for (var i = 0; i < edit.Fields.Count; i++)
                if (!outcome.Lost[i])
                    json.WriteVersion(edit.Fields[i].Name, edit.Fields[i].Value, edit.Fields[i].At);
            foreach (var (name, version) in unseen)
                json.WriteVersion(name, version.Value, version.At);
            if (deletion is not null)
                json.WriteVersion(RecordState.DeletedAt, deletion.Value, deletion.At);
            json.WriteEndObject();
        });
    }

    static byte[] Insert(PlannedChange change, RecordEdit edit) => Write(change, json =>
    {
        if (!change.Data.IsEmpty)
            json.WriteRaw("data", change.Data);
        if (edit.Fields.Count == 0)
            return;
        json.WriteStartObject("fieldMeta");
        foreach (var field in edit.Fields)
            json.WriteRaw(field.Name, field.At);
        json.WriteEndObject();
    });

    static bool IsClamped(PlannedChange change, RecordEdit edit)
    {
        for (var i = 0; i < edit.Fields.Count; i++)
            if (change.Fields[i].At is { } at && at.Micros != edit.Fields[i].AtMicros)
                return true;
        return false;
    }

    static byte[] Write(PlannedChange change, Action<Utf8JsonWriter> content) => RawJson.Object(json =>
    {
        content(json);
        json.WriteTail(change.SpaceId, change.Source.Actor, change.Source.Origin);
    });
}
