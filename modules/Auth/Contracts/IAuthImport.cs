namespace Mana.Auth.Contracts;

/// <summary>
/// Takes over accounts, spaces, vaults and keys of an original database (auth.md 29.13). Ids, hashes and wraps stay what they are. Nobody is
/// told: imported accounts get no credits and no mails. May be stopped at any moment and run again: what is stored is not stored twice.
/// </summary>
public interface IAuthImport
{
    /// <summary>Imports what is still missing, then compares. Cancelling leaves a state that the next run goes on from.</summary>
    Task<AuthImportResult> RunAsync(AuthImportRequest request, IProgress<AuthImportProgress> progress, CancellationToken cancellationToken);
}

/// <summary>What to import.</summary>
/// <param name="Source">Address of the original database: URL or Npgsql form. A role that may only read, but everything, is enough.</param>
/// <param name="Schema">Where the original's tables are.</param>
/// <param name="BatchSize">Rows per transaction, 1 to <see cref="LargestBatch"/>.</param>
/// <param name="DryRun">Do everything, and take it back at the end.</param>
public sealed record AuthImportRequest(string Source, string Schema, int BatchSize, bool DryRun)
{
    public const string DefaultSchema = "auth";
    public const int DefaultBatch = 500;
    public const int LargestBatch = 2000;
}

/// <summary>How far a run has come.</summary>
/// <param name="Step">What is being done, in two words at most.</param>
/// <param name="Total">Rows of this step.</param>
public readonly record struct AuthImportProgress(string Step, long Done, long Total);

public abstract record AuthImportResult
{
    private AuthImportResult()
    {
    }

    /// <summary>Nothing was stored.</summary>
    /// <param name="Conflicts">Accounts and spaces that are in the way here; ids only.</param>
    public sealed record Refused(string Reason, IReadOnlyList<AuthImportFinding> Conflicts) : AuthImportResult;

    /// <summary>The original was read to its end.</summary>
    /// <param name="Tables">In the order in which they were imported.</param>
    /// <param name="Skipped">Rows that could not be stored, by reason.</param>
    /// <param name="Remarks">Rows that were stored, with something to say about them.</param>
    /// <param name="LeftBehind">Tables of the original that nothing is imported from.</param>
    public sealed record Completed(
        IReadOnlyList<AuthImportTable> Tables, IReadOnlyList<AuthImportFinding> Skipped, IReadOnlyList<AuthImportFinding> Remarks,
        IReadOnlyList<AuthImportLeftBehind> LeftBehind, AuthImportVaults Vaults, bool DryRun) : AuthImportResult
    {
        /// <summary>Everything that can be stored is here and equal, and every vault opens.</summary>
        public bool Passed => Vaults.Closed.Count == 0 && Tables.All(table => table.Differences == 0);
    }
}

/// <summary>One table of the original.</summary>
/// <param name="Stored">By this run.</param>
/// <param name="Before">By earlier runs.</param>
/// <param name="Equal">Rows that are here as the original has them.</param>
/// <param name="ChangedSince">Rows of an earlier, finished run that were changed or removed here since.</param>
/// <param name="Differences">Rows that should be here and are not, or not as they should.</param>
public sealed record AuthImportTable(
    string Name, long Read, long Stored, long Before, long Skipped, long Equal, long ChangedSince, long Differences, IReadOnlyList<string> FirstDifferences);

/// <summary>Something that was found on one or more rows.</summary>
/// <param name="FirstIds">Ids of the first few of them; never anything else of a row.</param>
public sealed record AuthImportFinding(string Table, string What, long Count, IReadOnlyList<string> FirstIds);

/// <summary>A table of the original that is not imported.</summary>
public sealed record AuthImportLeftBehind(string Table, long Rows, string Reason);

/// <summary>Whether the vaults of the original open with the key-encryption keys of this server.</summary>
/// <param name="Opened">With our key.</param>
/// <param name="ZeroKnowledge">Only their owners can open them.</param>
/// <param name="Closed">Neither: before these are understood, nobody should move over.</param>
public sealed record AuthImportVaults(long Opened, long ZeroKnowledge, IReadOnlyList<AuthImportFinding> Closed);
