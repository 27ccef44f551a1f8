namespace Mana.Sync.Wire;

/// <summary>A parsed and validated push request (sync.md 2.3). Raw members point into the request body and live as long as it.</summary>
internal sealed class Changeset
{
    public string? ClientId { get; set; }

    public string? Since { get; set; }

    public string? Cursor { get; set; }

    public int SchemaVersion { get; set; } = 1;

    public bool ReportConflicts { get; set; }

    public List<IncomingChange> Changes { get; } = [];
}

internal enum ChangeOp
{
    Insert,
    Update,
    Delete,
}

/// <summary>One change as it came (sync.md 2.1), validated but not yet interpreted.</summary>
internal sealed class IncomingChange
{
    public required int Index { get; init; }

    public string? OpText { get; set; }

    public ChangeOp Op { get; set; }

    public string? Table { get; set; }

    public string? Id { get; set; }

    public Guid? EventId { get; set; }

    /// <summary>0: take the changeset's.</summary>
    public int SchemaVersion { get; set; }

    public List<IncomingField> Fields { get; } = [];

    /// <summary>Members of <c>data</c>; null when the change carries none.</summary>
    public List<DataMember>? Members { get; set; }

    /// <summary>The object <c>data</c>, verbatim.</summary>
    public ReadOnlyMemory<byte> Data { get; set; }

    public Dictionary<string, RawTime>? FieldMeta { get; set; }

    public RawTime? DeletedAt { get; set; }

    public string? SpaceId { get; set; }

    /// <summary>Compare and set, for the server's own writers: the newest position that the record must have; 0: it must not exist.</summary>
    public long? ExpectedSeq { get; set; }

    public ReadOnlyMemory<byte> Actor { get; set; }

    public string? Origin { get; set; }
}

/// <summary>A timestamp string as received, with its quotes, and the instant it names in µs.</summary>
internal readonly record struct RawTime(ReadOnlyMemory<byte> Token, long Micros);

internal readonly record struct IncomingField(string Name, ReadOnlyMemory<byte> Value, RawTime? At);

internal readonly record struct DataMember(string Name, ReadOnlyMemory<byte> Value);
