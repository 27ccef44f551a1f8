using Mana.Sync.Merge;

namespace Mana.Sync.Push;

/// <summary>A row of <c>sync.changes</c>, merged and ready to be written.</summary>
internal sealed class LogRow
{
    public required long Seq { get; init; }

    public required Guid EventId { get; init; }

    public required PlannedChange Change { get; init; }

    public required EditKind Kind { get; init; }

    /// <summary>What is delivered; null: nothing, the row is kept for history only.</summary>
    public byte[]? Body { get; set; }

    /// <summary>Field versions that lost, for history.</summary>
    public byte[]? Lost { get; set; }

    /// <summary>
    /// Deliver to the author's own device too. Set when a value won a tie only by arriving later: that device may have taken the other
    /// value meanwhile, and learns here which one stands.
    /// </summary>
    public bool Echo { get; init; }

    /// <summary>The record's row before this one; null for its first.</summary>
    public long? PreviousSeq { get; set; }

    /// <summary>Null: everybody who reads the scope; n: only the author whose scope has this key; -n: everybody but them.</summary>
    public long? Audience { get; set; }
}

/// <summary>A merged record as a push found it and leaves it.</summary>
internal sealed class RecordSlot
{
    public required RecordKey Key { get; init; }

    public required RecordState State { get; set; }

    /// <summary>Digest of the newest row when that row named no time.</summary>
    public Guid? Fingerprint { get; set; }

    public long LastSeq { get; set; }

    /// <summary>The newest row that is stored already, where the chain of the record's rows can be picked up; 0 for none.</summary>
    public long StoredSeq { get; init; }

    /// <summary>Key of the own scope of whoever wrote the record first.</summary>
    public required long AuthorId { get; init; }

    /// <summary>Seen by its author only (sync.md 19, rule 4).</summary>
    public bool IsPrivate { get; set; }

    /// <summary>Became private in this push: what the other members could still read of its past is withdrawn.</summary>
    public bool Withdrawn { get; set; }

    public bool Touched { get; set; }
}
