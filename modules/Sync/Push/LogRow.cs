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
    public bool Echo { get; set; }
}

/// <summary>A merged record, with the digest of its newest row when that row named no time.</summary>
internal sealed class RecordSlot
{
    public required RecordKey Key { get; init; }

    public required RecordState State { get; set; }

    public Guid? Fingerprint { get; set; }

    public long LastSeq { get; set; }

    public bool Touched { get; set; }
}
