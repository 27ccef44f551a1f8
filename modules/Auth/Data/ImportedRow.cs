namespace Mana.Auth.Data;

/// <summary>
/// That a row of the original has been imported. What its owner has removed here since must not come back with the next run; so that
/// nobody who is gone is still named, the row is kept as a digest of its table and id.
/// </summary>
internal sealed class ImportedRow
{
    public required string TableName { get; init; }

    /// <summary>SHA-256 of <c>table/id</c>.</summary>
    public required byte[] RowDigest { get; init; }

    public required long Run { get; init; }
}

/// <summary>An import that began; one that was interrupted is the same run when it goes on.</summary>
internal sealed class ImportRun
{
    public required long Run { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Set when all was here and equal. Differences that are found later came about here.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}
