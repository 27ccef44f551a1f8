using Npgsql;

namespace Mana.Payments.Contracts;

/// <summary>Takes over who is which customer at Stripe from an original database, which kept two tables of them (commerce.md 7.3, W-37). May be run again.</summary>
public interface IStripeCustomerImport
{
    /// <summary>Takes over who is not here yet, then compares.</summary>
    /// <param name="original">Open; read only.</param>
    /// <param name="verifyOnly">Compare, store nothing.</param>
    Task<StripeCustomerImportResult> RunAsync(NpgsqlConnection original, bool verifyOnly, CancellationToken cancellationToken);
}

/// <summary>How it ended.</summary>
/// <param name="There">Customer ids in the original.</param>
/// <param name="Here">Those of them that lead to the same person here.</param>
/// <param name="Differences">What stands in the way; ids only.</param>
public sealed record StripeCustomerImportResult(int There, int Here, IReadOnlyList<string> Differences);
