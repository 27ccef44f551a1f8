using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Npgsql;

namespace Mana.Credits.Accounts;

/// <summary>What the overview of a person's data tells of their credits (auth.md 19.1). Parts of a credit are cut off.</summary>
internal sealed class Totals(NpgsqlDataSource database) : ICreditTotals
{
    public async Task<CreditTotals> OfUserAsync(string userId, CancellationToken cancellationToken) =>
        await LedgerQueries.AccountAsync(database, userId, cancellationToken) is { } wallet
            ? new CreditTotals(Whole(wallet.Balance.Available), Whole(wallet.Balance.TotalEarned), Whole(wallet.Balance.TotalSpent), wallet.Lines)
            : CreditTotals.None;

    static long Whole(CreditAmount amount) => amount.Milli / CreditAmount.PerCredit;
}
