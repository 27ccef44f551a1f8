using System.Text.Json.Nodes;

namespace Mana.Sync.Contracts;

/// <summary>
/// The synchronised records, for other modules (sync.md 16.2). Writing goes the way of a device's push: the same validation, limits,
/// sequencing, merge, de-duplication and notification. Reading gives the merged state, never the log.
/// </summary>
public interface ISyncRecords
{
    /// <summary>Writes on behalf of a user, all or nothing. A space must be writable for that user.</summary>
    Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken);

    /// <summary>Null when there is no such record, or it was hard-deleted. A soft-deleted one is returned and says so.</summary>
    Task<SyncRecord?> ReadAsync(RecordOwner owner, string appId, string table, string id, CancellationToken cancellationToken);

    /// <summary>All records of a table that are not hard-deleted, by id, streamed in pages: memory does not grow with their number.</summary>
    IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, CancellationToken cancellationToken);

    /// <summary>
    /// Those of them that may hold <paramref name="mentioned"/> as a text somewhere: chosen where they lie, so that looking for the few that name a record does not
    /// read the others. Some may come that do not hold it; none is left out that does.
    /// </summary>
    IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, string mentioned, CancellationToken cancellationToken);

    /// <summary>
    /// The same over everybody, for a module that builds something of its own from a table: at its first start, or to catch up. Resumable:
    /// pass the <see cref="OwnedRecord.Bookmark"/> of the last record that was dealt with. Records that change meanwhile come by
    /// <see cref="RecordChanged"/>.
    /// </summary>
    IAsyncEnumerable<OwnedRecord> QueryAllAsync(string appId, string table, string? bookmark, CancellationToken cancellationToken);
}

/// <summary>Whose records: those of one user, or of one shared space.</summary>
public sealed record RecordOwner
{
    private RecordOwner(string? userId, string? spaceId) => (UserId, SpaceId) = (userId, spaceId);

    public string? UserId { get; }

    public string? SpaceId { get; }

    public static RecordOwner OfUser(string userId) => new(userId, null);

    public static RecordOwner OfSpace(string spaceId) => new(null, spaceId);
}

/// <summary>A merged record.</summary>
/// <param name="Fields">Current values without <c>id</c>.</param>
/// <param name="Position">Where its newest change lies in the log of its owner: the value to compare and set by. Even µs since 1970.</param>
/// <param name="IsPrivate">In a shared space: only its author may see it.</param>
public sealed record SyncRecord(string AppId, string Table, string Id, JsonObject Fields, long Position, bool IsDeleted, bool IsPrivate)
{
    /// <summary>User id of the author of a private record; null when it is not private, or its author is not known any more.</summary>
    public string? PrivateTo { get; init; }
}

/// <summary>A record with its owner.</summary>
/// <param name="Bookmark">Opaque; see <see cref="ISyncRecords.QueryAllAsync"/>.</param>
public sealed record OwnedRecord(RecordOwner Owner, SyncRecord Record, string Bookmark);

/// <summary>Changes by a part of the server.</summary>
/// <param name="ClientId">Stands for the writer, as a device id does: <c>system:bootstrap</c>. All devices of the user are told.</param>
/// <param name="Actor">Who caused the change (sync.md 2.9); at most 8 KiB serialised.</param>
/// <param name="Origin"><c>user</c>, <c>agent</c>, <c>system</c> or <c>migration</c>.</param>
public sealed record AppendRequest(string UserId, string AppId, IReadOnlyList<RecordWrite> Writes, string ClientId, JsonObject? Actor = null, string? Origin = null);

/// <summary>One change.</summary>
/// <param name="Fields">New values. With <see cref="RecordOp.Insert"/> the whole record, without <c>id</c>.</param>
/// <param name="At">When the values were set; null: when the server receives them. Values that are newer already win, save over a compare and set that names no time.</param>
/// <param name="SpaceId">Null: the user's own records.</param>
/// <param name="EventId">Idempotency key; null: none, the write may happen twice when it is repeated.</param>
/// <param name="ExpectedPosition">Compare and set: <see cref="SyncRecord.Position"/> as it was read; 0: the record must not exist yet. Null: no matter.</param>
public sealed record RecordWrite(
    RecordOp Op, string Table, string Id, JsonObject? Fields = null, DateTimeOffset? At = null, string? SpaceId = null, Guid? EventId = null, long? ExpectedPosition = null);

public enum RecordOp
{
    Insert,
    Update,

    /// <summary>Soft delete at <see cref="RecordWrite.At"/>, which must be given.</summary>
    Delete,
}

/// <summary>What became of a request.</summary>
public abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <summary>It is in the log.</summary>
    /// <param name="Duplicates">How many of the writes had been stored before.</param>
    public sealed record Stored(int Duplicates) : AppendResult;

    /// <summary>Nothing was stored: the record has another position than expected. Read it again and decide anew.</summary>
    /// <param name="Index">Of the write, from 0.</param>
    /// <param name="Position">What it has; 0: it does not exist.</param>
    public sealed record Changed(int Index, long Position) : AppendResult;

    /// <summary>Nothing was stored: the request breaks a rule that a push would be refused by (sync.md 25.2).</summary>
    /// <param name="Error">The code of that refusal.</param>
    public sealed record Refused(string Error, string Message, int? Index) : AppendResult;
}
