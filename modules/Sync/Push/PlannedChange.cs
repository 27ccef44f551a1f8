using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>A field of a planned change; a null time takes the server's receive time.</summary>
internal readonly record struct PlannedField(string Name, ReadOnlyMemory<byte> Value, RawTime? At);

/// <summary>
/// One log row to be: a change after interpretation, before it has a position. A delete that carries edits becomes two of them
/// (sync.md 2.5), so that the edits are not lost.
/// </summary>
internal sealed class PlannedChange
{
    public required IncomingChange Source { get; init; }

    public required EditKind Kind { get; init; }

    public required IReadOnlyList<PlannedField> Fields { get; init; }

    /// <summary>The object to emit for an insert, verbatim; empty when the insert carried none.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    public required string? SpaceId { get; init; }

    /// <summary>Name of the scope that it goes to; set once the caller was found entitled to write there.</summary>
    public string Scope { get; set; } = "";

    /// <summary>Idempotency key: the client's, or one derived from the content when the content names its own times; null otherwise.</summary>
    public Guid? EventId { get; set; }

    /// <summary>Digest of a change that names no time; compared with the newest row of its record only (sync.md 2.7).</summary>
    public Guid? Fingerprint { get; set; }

    /// <summary>Null for a change that is pushed now.</summary>
    public PastChange? Past { get; set; }

    public RecordKey Key => new(Source.Table!, Source.Id!);

    /// <summary>Every field says when it was written, so the same content can only be a repetition.</summary>
    public bool HasExplicitTimes => Kind is EditKind.Update or EditKind.Delete && Fields.Count > 0 && Fields.All(edited => edited.At is not null);
}

/// <summary>Where and when a change was accepted that is taken over from an original database.</summary>
/// <param name="AuthorId">Key of the author's own scope.</param>
/// <param name="ReceivedAt">µs; field times count relative to it.</param>
/// <param name="NotBefore">The least position, µs: when it was received, but never a time that has not come.</param>
internal sealed record PastChange(long AuthorId, string ClientId, long ReceivedAt, long NotBefore);

internal readonly record struct RecordKey(string Table, string Id);
