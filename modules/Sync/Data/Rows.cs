using System.ComponentModel.DataAnnotations.Schema;

namespace Mana.Sync.Data;

/// <summary>A unit of ordering and tenancy. Locked by every push into it until the push commits.</summary>
internal sealed class ScopeRow
{
    public long Id { get; init; }

    /// <summary><c>user:&lt;id&gt;</c> or <c>space:&lt;id&gt;</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Newest position given out, even µs since 1970.</summary>
    public long LastSeq { get; init; }

    /// <summary>Rows up to here have been folded, see <c>Compaction/</c>.</summary>
    public long CompactedSeq { get; init; }

    /// <summary>Tombstones up to here have been emptied.</summary>
    public long TrimmedSeq { get; init; }
}

/// <summary>One accepted change. Append-only, save that a tie may take a field out of what is still to be delivered.</summary>
internal sealed class ChangeRow
{
    [Column("scope_id")]
    public long ScopeId { get; init; }

    /// <summary>Position: increases strictly within the scope in the order of commits; as time, the moment of acceptance.</summary>
    [Column("seq")]
    public long Seq { get; init; }

    /// <summary>The scope that belongs to the writing user.</summary>
    [Column("author_id")]
    public long AuthorId { get; init; }

    [Column("event_id")]
    public Guid EventId { get; init; }

    [Column("app_id")]
    public required string AppId { get; init; }

    [Column("table_name")]
    public required string TableName { get; init; }

    [Column("record_id")]
    public required string RecordId { get; init; }

    [Column("client_id")]
    public required string ClientId { get; init; }

    /// <summary><c>EditKind</c>.</summary>
    [Column("op")]
    public short Op { get; init; }

    [Column("schema_version")]
    public short SchemaVersion { get; init; }

    /// <summary>Delivered to the author's own device as well.</summary>
    [Column("echo")]
    public bool Echo { get; init; }

    /// <summary>Tail of the wire object; null when nothing is delivered. <c>json</c>, not <c>jsonb</c>: numbers keep their digits.</summary>
    [Column("body", TypeName = "json")]
    public string? Body { get; init; }

    /// <summary>Field versions that lost.</summary>
    [Column("lost", TypeName = "json")]
    public string? Lost { get; init; }

    /// <summary>The record's row before this one; null for its first, or when the ones before are gone.</summary>
    [Column("prev_seq")]
    public long? PreviousSeq { get; init; }

    /// <summary>Null: all who read the scope; n: only the user whose scope has this key; -n: all but them.</summary>
    [Column("audience")]
    public long? Audience { get; init; }
}

/// <summary>Merged state of a record, kept in the same transaction as the log.</summary>
internal sealed class RecordRow
{
    [Column("scope_id")]
    public long ScopeId { get; init; }

    /// <summary>Who wrote the record first.</summary>
    [Column("author_id")]
    public long AuthorId { get; init; }

    [Column("app_id")]
    public required string AppId { get; init; }

    [Column("table_name")]
    public required string TableName { get; init; }

    [Column("record_id")]
    public required string RecordId { get; init; }

    /// <summary>See <c>RecordStateJson</c>.</summary>
    [Column("state", TypeName = "json")]
    public required string State { get; init; }

    [Column("last_seq")]
    public long LastSeq { get; init; }

    [Column("fingerprint")]
    public Guid? Fingerprint { get; init; }

    [Column("deleted")]
    public bool Deleted { get; init; }

    [Column("partial")]
    public bool Partial { get; init; }

    /// <summary>In a shared scope: seen by its author only.</summary>
    [Column("private")]
    public bool Private { get; init; }
}

/// <summary>What a timestamp cursor stands for while a client is given the history of a space, see <c>ReadStates</c>.</summary>
internal sealed class ReadStateRow
{
    /// <summary>Name of the reader's own scope.</summary>
    [Column("owner")]
    public required string Owner { get; init; }

    [Column("client_id")]
    public required string ClientId { get; init; }

    [Column("app_id")]
    public required string AppId { get; init; }

    /// <summary>Empty: the whole app.</summary>
    [Column("collection")]
    public required string Collection { get; init; }

    [Column("since")]
    public long Since { get; init; }

    /// <summary>An opaque cursor.</summary>
    [Column("vector")]
    public required string Vector { get; init; }

    [Column("issued_at")]
    public DateTimeOffset IssuedAt { get; init; }
}

/// <summary>One device of a person in one app, for <c>GET /sync/debug</c>; written now and then, never by a request that waits for it.</summary>
internal sealed class DeviceRow
{
    /// <summary>Name of the person's own scope.</summary>
    [Column("owner")]
    public required string Owner { get; init; }

    [Column("client_id")]
    public required string ClientId { get; init; }

    [Column("app_id")]
    public required string AppId { get; init; }

    [Column("seen_at")]
    public DateTimeOffset SeenAt { get; init; }

    /// <summary>Position in the own scope that the device was given last.</summary>
    [Column("cursor")]
    public long Cursor { get; init; }

    /// <summary>How far its clock was ahead of ours at its last push, ms; negative: its newest edit was that old.</summary>
    [Column("clock_ahead_ms")]
    public long? ClockAheadMs { get; init; }

    [Column("last_error")]
    public string? LastError { get; init; }

    [Column("last_error_at")]
    public DateTimeOffset? LastErrorAt { get; init; }
}
