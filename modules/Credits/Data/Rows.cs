namespace Mana.Credits.Data;

/// <summary>
/// A ledger account with its projection: balance, length and head of its chain of postings. Written by the functions of
/// <see cref="LedgerFunctions"/> and nobody else. The row of a person's <c>available</c> account also carries the visible counters of that
/// person and is the lock of everything that person does.
/// </summary>
internal sealed class Account
{
    public long Id { get; init; }

    /// <summary><c>user</c>, <c>gift</c>, <c>pool</c>, or <c>system</c>: then the owner is the account id of the person on the other side.</summary>
    public required string OwnerType { get; init; }

    public required string OwnerId { get; init; }

    public required string Kind { get; init; }

    public long Balance { get; init; }

    /// <summary>The balance never goes below; null: it may (system accounts).</summary>
    public long? Floor { get; init; }

    public long LastSeq { get; init; }

    public required byte[] Head { get; init; }

    public long Held { get; init; }

    public long TotalEarned { get; init; }

    public long TotalSpent { get; init; }

    /// <summary>Entries of this person so far.</summary>
    public long Lines { get; init; }

    public DateTimeOffset? FrozenAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>One business event. Never changes, but for its free texts when a person is erased.</summary>
internal sealed class Entry
{
    public Guid Id { get; init; }

    public required string Kind { get; init; }

    /// <summary>The <c>available</c> account of the person; the entry is number <see cref="Line"/> of theirs.</summary>
    public long? Wallet { get; init; }

    public long? Line { get; init; }

    /// <summary>What clients see it as; null: they do not.</summary>
    public string? Type { get; init; }

    /// <summary>Change of available + reserved.</summary>
    public long Amount { get; init; }

    /// <summary>Available + reserved afterwards.</summary>
    public long TotalAfter { get; init; }

    public required string AppId { get; init; }

    public required string Description { get; init; }

    public string? Metadata { get; init; }

    public string? IdempotencyKey { get; init; }

    public string? BusinessKey { get; init; }

    public Guid? RefundOf { get; init; }

    public DateTimeOffset OccurredAt { get; init; }

    public required string CreatedBy { get; init; }
}

internal sealed class PostingRow
{
    public Guid EntryId { get; init; }

    public long AccountId { get; init; }

    public long Amount { get; init; }

    public long Seq { get; init; }

    public long BalanceAfter { get; init; }

    /// <summary>SHA-256 over the hash before it and everything that this posting says.</summary>
    public required byte[] Hash { get; init; }
}

internal sealed class Reservation
{
    public Guid Id { get; init; }

    public long Wallet { get; init; }

    public long Amount { get; init; }

    public long? Captured { get; init; }

    public required string Reason { get; init; }

    public required string Status { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    public Guid? EntryId { get; init; }
}

internal sealed class IdempotencyRow
{
    public long Wallet { get; init; }

    public required string Operation { get; init; }

    public required string Key { get; init; }

    public required byte[] Request { get; init; }

    /// <summary>Entry or reservation that the first call made; its answer is made of it again.</summary>
    public Guid Result { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class UsageStat
{
    public long Wallet { get; init; }

    public required string AppId { get; init; }

    public DateOnly Day { get; init; }

    public long Amount { get; init; }

    public int Uses { get; init; }
}

internal sealed class Price
{
    public required string Operation { get; init; }

    public DateTimeOffset ValidFrom { get; init; }

    public long Cost { get; init; }

    /// <summary><c>call</c>, <c>item-batch</c> (per started ten) or <c>month</c>.</summary>
    public required string Unit { get; init; }

    public required string Category { get; init; }

    public required string App { get; init; }
}

/// <summary>What rewards have cost in a month, against its budget.</summary>
internal sealed class PromoMonth
{
    public DateOnly Month { get; init; }

    public long Granted { get; init; }
}

/// <summary>How far the audit has looked into an account.</summary>
internal sealed class AuditMark
{
    public long AccountId { get; init; }

    public long Seq { get; init; }
}

internal sealed class LedgerAudit
{
    public Guid Id { get; init; }

    public bool IsFull { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset FinishedAt { get; init; }

    public long Accounts { get; init; }

    /// <summary>One line per finding.</summary>
    public required string[] Problems { get; init; }
}
