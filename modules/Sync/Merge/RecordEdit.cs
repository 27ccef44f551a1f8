namespace Mana.Sync.Merge;

internal enum EditKind : short
{
    Insert = 1,
    Update = 2,

    /// <summary>Soft delete: the field <c>deletedAt</c> takes a value.</summary>
    Delete = 3,

    /// <summary>Delete without a time: wipes the record.</summary>
    Erase = 4,

    /// <summary>What compaction left of older changes of a record: all that is still current of them. Never an edit by itself.</summary>
    Folded = 5,

    /// <summary>What somebody tried on a record that is hidden from them; kept for its author, without effect. Never an edit by itself.</summary>
    Refused = 6,
}

/// <summary>One field of an edit, with its time already resolved and clamped.</summary>
internal readonly record struct EditedField(string Name, ReadOnlyMemory<byte> Value, ReadOnlyMemory<byte> At, long AtMicros);

/// <summary>A change after validation and sequencing: what the merge needs to know and nothing else.</summary>
/// <param name="Seq">Log position that the scope assigned.</param>
/// <param name="ReceivedAt">Server receive time, µs.</param>
internal sealed record RecordEdit(EditKind Kind, IReadOnlyList<EditedField> Fields, long Seq, long ReceivedAt);
