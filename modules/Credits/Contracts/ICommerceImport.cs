namespace Mana.Credits.Contracts;

/// <summary>
/// Takes over balances, open reservations, active gifts, sync subscriptions, purchases, history and Stripe's customers of an original database (commerce.md 16.4, 7.3). Every account begins with
/// one opening entry; the reservations that were open are part of what can be spent; old lines can be looked up and move nothing. May be stopped at any moment and run again: a person is taken over once.
/// </summary>
public interface ICommerceImport
{
    /// <summary>Imports who is still missing, then compares.</summary>
    Task<CommerceImportResult> RunAsync(CommerceImportRequest request, CancellationToken cancellationToken);
}

/// <summary>What to import.</summary>
/// <param name="Source">Address of the original database: URL or Npgsql form. A role that may only read, but everything, is enough.</param>
/// <param name="VerifyOnly">Compare, store nothing.</param>
public sealed record CommerceImportRequest(string Source, bool VerifyOnly);

/// <summary>How an import ended.</summary>
public abstract record CommerceImportResult
{
    private CommerceImportResult()
    {
    }

    /// <summary>Nothing was read.</summary>
    public sealed record Refused(string Reason) : CommerceImportResult;

    /// <summary>The original was read to its end.</summary>
    /// <param name="People">With a balance, in the original.</param>
    /// <param name="Imported">Taken over by this run.</param>
    /// <param name="There">What the original owes to its people: balances, open reservations and active gifts.</param>
    /// <param name="Here">What was opened here for the same.</param>
    /// <param name="Gifts">Active there, and of them here with code, credits and end, wrapped still or given out by this ledger.</param>
    /// <param name="SyncSubscriptions">There, and of them here with state, interval and dates, or changed here since.</param>
    /// <param name="Differences">Who is not here, or not equal; ids and amounts only.</param>
    public sealed record Completed(int People, int Imported, CreditAmount There, CreditAmount Here, ImportedRows Gifts, ImportedRows SyncSubscriptions, IReadOnlyList<string> Differences) : CommerceImportResult
    {
        /// <summary>With those that were not paid.</summary>
        public ImportedRows Purchases { get; init; }

        /// <summary>Lines that people see; outside the ledger.</summary>
        public ImportedRows History { get; init; }

        /// <summary>Customers at Stripe, aliases included.</summary>
        public ImportedRows Customers { get; init; }

        /// <summary>Everybody is here with what they had.</summary>
        public bool Passed => Differences.Count == 0 && There == Here;
    }
}

/// <summary>Rows of one kind, in the original and of them here.</summary>
public readonly record struct ImportedRows(long There, long Here);
