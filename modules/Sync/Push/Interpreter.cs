using System.Text;
using System.Text.Json;
using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>Turns a change of any accepted shape into planned log rows (the table of sync.md 2.5).</summary>
internal static class Interpreter
{
    public static IEnumerable<PlannedChange> Plan(IncomingChange change)
    {
        var spaceId = SpaceOf(change);
        switch (change.Op)
        {
            case ChangeOp.Insert:
                yield return Insert(change, spaceId);
                break;
            case ChangeOp.Update:
                yield return Row(change, EditKind.Update, UpdatedFields(change), spaceId);
                break;
            case ChangeOp.Delete:
                var edits = Last(change.Fields.Where(field => field.Name is not (RecordState.DeletedAt or "id")).Select(Planned));
                if (edits.Count > 0)
                    yield return Row(change, EditKind.Update, edits, spaceId);
                yield return change.DeletedAt is { } at
                    ? Row(change, EditKind.Delete, [new PlannedField(RecordState.DeletedAt, at.Token, at)], spaceId)
                    : Row(change, EditKind.Erase, [], spaceId);
                break;
        }
    }

    static PlannedChange Insert(IncomingChange change, string? spaceId)
    {
        if (change.Members is null && change.Fields.Count > 0)
        {
            // An insert that carries only fields is taken as the object they describe, rather than dropped.
            change.Members = [.. Last(change.Fields.Select(Planned)).Select(field => new DataMember(field.Name, field.Value))];
            change.Data = ChangeBody.ObjectOf(change.Members);
        }

        var recordTime = TimeIn(change.Members, "updatedAt") ?? TimeIn(change.Members, "createdAt");
        var fields = Last((change.Members ?? [])
            .Where(member => IsField(member.Name))
            .Select(member => new PlannedField(member.Name, member.Value, TimeOf(change, member.Name) ?? recordTime)));
        return Row(change, EditKind.Insert, fields, spaceId, change.Data);
    }

    /// <summary><c>fields</c> win; <c>data</c> with <c>fieldMeta</c> is what server-side writers send; a top-level <c>deletedAt</c> is one more field.</summary>
    static List<PlannedField> UpdatedFields(IncomingChange change)
    {
        var fields = change.Fields.Count > 0
            ? change.Fields.Where(field => field.Name != "id").Select(Planned)
            : (change.Members ?? []).Where(member => IsField(member.Name)).Select(member => new PlannedField(member.Name, member.Value, TimeOf(change, member.Name)));
        if (change.DeletedAt is { } at && change.Fields.TrueForAll(field => field.Name != RecordState.DeletedAt))
            fields = fields.Append(new PlannedField(RecordState.DeletedAt, at.Token, at));
        return Last(fields);
    }

    /// <summary>Names that hold user data: not the key, not the clients' hidden bookkeeping.</summary>
    public static bool IsField(string name) => name != "id" && !name.StartsWith("__", StringComparison.Ordinal);

    static PlannedField Planned(IncomingField field) => new(field.Name, field.Value, field.At);

    static RawTime? TimeOf(IncomingChange change, string field)
    {
        if (change.FieldMeta is { } meta && meta.TryGetValue(field, out var time))
            return time;
        foreach (var explicitField in change.Fields)
            if (explicitField.Name == field && explicitField.At is { } at)
                return at;
        return null;
    }

    static RawTime? TimeIn(List<DataMember>? members, string name)
    {
        foreach (var member in members ?? [])
            if (member.Name == name && member.Value.Span is [(byte)'"', .. var text, (byte)'"'] && Rfc3339.TryParse(text, out var micros))
                return new RawTime(member.Value, micros);
        return null;
    }

    /// <summary>Top-level, then inside <c>data</c>, then as a field; only non-empty strings count (sync.md 2.10).</summary>
    static string? SpaceOf(IncomingChange change)
    {
        if (change.SpaceId is not null)
            return change.SpaceId;
        foreach (var member in change.Members ?? [])
            if (member.Name == "spaceId" && Text(member.Value) is { } inData)
                return inData;
        foreach (var field in change.Fields)
            if (field.Name == "spaceId" && Text(field.Value) is { } inFields)
                return inFields;
        return null;
    }

    /// <summary>The text of a JSON string; null when it is none or empty.</summary>
    public static string? Text(ReadOnlyMemory<byte> token)
    {
        if (token.Span[0] != '"')
            return null;
        try
        {
            return JsonSerializer.Deserialize<string>(token.Span) is { Length: > 0 } text ? text : null;
        }
        catch (JsonException)
        {
            // Half a surrogate pair: no text, so the name of no space that anyone may write to.
            return Encoding.UTF8.GetString(token.Span);
        }
    }

    /// <summary>Of members with one name the last counts, as everywhere in JSON practice.</summary>
    static List<PlannedField> Last(IEnumerable<PlannedField> fields)
    {
        var list = fields.ToList();
        var seen = new HashSet<string>(list.Count, StringComparer.Ordinal);
        for (var i = list.Count - 1; i >= 0; i--)
            if (!seen.Add(list[i].Name))
                list.RemoveAt(i);
        return list;
    }

    static PlannedChange Row(
        IncomingChange change, EditKind kind, IReadOnlyList<PlannedField> fields, string? spaceId, ReadOnlyMemory<byte> data = default) =>
        new() { Source = change, Kind = kind, Fields = fields, SpaceId = spaceId, Data = data };
}
