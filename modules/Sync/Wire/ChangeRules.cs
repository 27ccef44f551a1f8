using Mana.Kernel.Errors;

namespace Mana.Sync.Wire;

/// <summary>What a change must satisfy once it is read, in the order in which the original refused (sync.md 6.2).</summary>
internal static class ChangeRules
{
    public static ApiError? Check(IncomingChange change, Changeset changeset)
    {
        if (OpOf(change.OpText) is not { } op)
            return SyncError.InvalidOp(change.Index);
        if (string.IsNullOrEmpty(change.Table) || string.IsNullOrEmpty(change.Id))
            return SyncError.MissingTableOrId(change.Index);
        change.Op = op;
        change.SchemaVersion = change.SchemaVersion == 0 ? changeset.SchemaVersion : change.SchemaVersion;
        return CheckLimits(change);
    }

    static ChangeOp? OpOf(string? text) => text switch
    {
        "insert" => ChangeOp.Insert,
        "update" => ChangeOp.Update,
        "delete" => ChangeOp.Delete,
        _ => null,
    };

    static ApiError? CheckLimits(IncomingChange change)
    {
        if (change.Table!.Length > Limits.NameChars)
            return SyncError.LimitExceeded("characters in table", Limits.NameChars, change.Index);
        if (change.Id!.Length > Limits.IdChars)
            return SyncError.LimitExceeded("characters in id", Limits.IdChars, change.Index);
        if (change.Actor.Length > Limits.ActorBytes)
            return SyncError.LimitExceeded("bytes in actor", Limits.ActorBytes, change.Index);
        if (change.Origin?.Length > Limits.OriginChars)
            return SyncError.LimitExceeded("characters in origin", Limits.OriginChars, change.Index);
        if (Math.Max(change.Fields.Count, change.Members?.Count ?? 0) > Limits.FieldsPerChange)
            return SyncError.LimitExceeded("fields in one change", Limits.FieldsPerChange, change.Index);
        foreach (var field in change.Fields)
            if (field.Name.Length > Limits.FieldNameChars)
                return SyncError.LimitExceeded("characters in a field name", Limits.FieldNameChars, change.Index);
        foreach (var member in change.Members ?? [])
            if (member.Name.Length > Limits.FieldNameChars)
                return SyncError.LimitExceeded("characters in a field name", Limits.FieldNameChars, change.Index);
        return null;
    }
}
