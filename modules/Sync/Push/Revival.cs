using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>
/// A full insert that brings a hard-deleted record back brings all of itself: fields that name an older time than the deletion count from
/// the deletion on. Otherwise a record that is restored from an archive, with its times of then, would come back empty (sync.md 13.8, 18).
/// </summary>
internal static class Revival
{
    public static RecordEdit Lift(RecordEdit edit, RecordState before)
    {
        if (edit.Kind != EditKind.Insert || !before.IsErased || before.Erased is not { } erased || edit.Fields.All(field => field.AtMicros <= erased.At))
            return edit;
        var at = Rfc3339.Quoted(erased.At);
        return edit with { Fields = [.. edit.Fields.Select(field => field.AtMicros > erased.At ? field : field with { At = at, AtMicros = erased.At })] };
    }
}
