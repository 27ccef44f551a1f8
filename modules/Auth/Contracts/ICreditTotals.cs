namespace Mana.Auth.Contracts;

/// <summary>What the ledger tells the overview of a person's data (auth.md 19.1). Without an implementation, and when it fails, all is 0.</summary>
public interface ICreditTotals
{
    Task<CreditTotals> OfUserAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>Whole credits.</summary>
/// <param name="Balance">Now.</param>
/// <param name="TotalEarned">Ever, bought ones included.</param>
/// <param name="TotalSpent">Ever; not negative.</param>
/// <param name="TransactionsCount">Entries of the person's account.</param>
public sealed record CreditTotals(long Balance, long TotalEarned, long TotalSpent, long TransactionsCount)
{
    public static readonly CreditTotals None = new(0, 0, 0, 0);
}
