namespace Mana.Sync.Contracts;

/// <summary>
/// Takes over the history of an original database (sync.md 15.3). Rows keep their ids, authors, devices and times, so that the cursors that
/// clients hold go on. May be stopped at any moment and run again: what is stored is not stored twice.
/// </summary>
public interface ISyncImport
{
    /// <summary>Imports what is still missing, then compares. Cancelling leaves a state that the next run goes on from.</summary>
    Task<ImportResult> RunAsync(ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellationToken);
}

/// <summary>What to import.</summary>
/// <param name="Source">Address of the original database: URL or Npgsql form. A role that may only read is enough.</param>
/// <param name="Table">Name of the original table, with its schema unless that is <c>public</c>.</param>
/// <param name="BatchSize">Rows per transaction, 1 to <see cref="LargestBatch"/>.</param>
/// <param name="VerifyOnly">Store nothing, only compare.</param>
/// <param name="Renames">Old name to new one, of apps (<c>zitare</c>) and of collections (<c>zitare/old</c> to the collection's new name).</param>
public sealed record ImportRequest(string Source, string Table, int BatchSize, bool VerifyOnly, IReadOnlyDictionary<string, string> Renames)
{
    public const string DefaultTable = "sync_changes";
    public const int DefaultBatch = 1000;
    public const int LargestBatch = 2000;
}

public enum ImportPhase
{
    Importing,
    Verifying,
}

/// <summary>How far a run has come.</summary>
/// <param name="Total">Rows of this phase.</param>
public readonly record struct ImportProgress(ImportPhase Phase, long Done, long Total);

public abstract record ImportResult
{
    private ImportResult()
    {
    }

    /// <summary>Nothing was stored: the original cannot be read, or somebody else is importing.</summary>
    public sealed record Refused(string Reason) : ImportResult;

    /// <summary>The original was read to its end.</summary>
    /// <param name="Apps">By name; counts of this run.</param>
    /// <param name="StoredBefore">Rows that earlier runs stored.</param>
    /// <param name="Skipped">Rows that could not be stored, by reason.</param>
    /// <param name="Remarks">Rows that were stored, with something to say about them.</param>
    /// <param name="Warnings">Sentences for the operator.</param>
    public sealed record Completed(
        IReadOnlyList<ImportedApp> Apps, long StoredBefore, IReadOnlyList<ImportFinding> Skipped, IReadOnlyList<ImportFinding> Remarks,
        IReadOnlyList<string> Warnings, ImportVerification Verification) : ImportResult;
}

/// <summary>One app of an import.</summary>
/// <param name="Duplicates">Rows that had been stored before.</param>
/// <param name="Records">Distinct records that the original has of the app.</param>
public sealed record ImportedApp(string AppId, long Read, long Stored, long Duplicates, long Skipped, long Records);

/// <summary>Something that was found on one or more rows of the original.</summary>
/// <param name="FirstIds">Ids of the first few of them.</param>
public sealed record ImportFinding(string What, long Count, IReadOnlyList<Guid> FirstIds);

/// <summary>The comparison of the original with what is stored.</summary>
/// <param name="Rows">Rows of the original that must be here.</param>
/// <param name="RowsHere">Those that are, under their id and in their scope, app and table; or that compaction has folded since.</param>
/// <param name="RecordsCompared">Records whose merged fields were compared with an independent replay of the original; all, or a sample.</param>
/// <param name="RecordsChangedSince">Compared records that have newer changes from elsewhere; only what those left was compared.</param>
/// <param name="Differences">How many were found.</param>
/// <param name="FirstDifferences">The first of them, a sentence each, without values.</param>
public sealed record ImportVerification(
    long Rows, long RowsHere, long Records, long RecordsCompared, long RecordsChangedSince, long Differences, IReadOnlyList<string> FirstDifferences)
{
    public bool Passed => Differences == 0;
}
