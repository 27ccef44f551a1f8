using Mana.Credits.Contracts;
using Mana.Credits.Ledger;

namespace Mana.Credits.Accounts;

internal sealed record BalanceBody(CreditAmount Balance, CreditAmount TotalEarned, CreditAmount TotalSpent);

internal sealed record InternalBalanceBody(CreditAmount Balance, CreditAmount TotalEarned, CreditAmount TotalSpent, CreditAmount Reserved, long TransactionsCount);

/// <summary>What <c>init</c> answers (commerce.md 3.1).</summary>
internal sealed record BalanceRowBody(
    string UserId, CreditAmount Balance, CreditAmount TotalEarned, CreditAmount TotalSpent, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static BalanceRowBody Of(WalletView wallet) => new(
        wallet.UserId, wallet.Balance.Available, wallet.Balance.TotalEarned, wallet.Balance.TotalSpent, wallet.Balance.Version, wallet.CreatedAt, wallet.UpdatedAt);
}

internal sealed record SpentBalance(CreditAmount Balance, CreditAmount TotalSpent);

internal sealed record PlainBalance(CreditAmount Balance);

internal sealed record UseBody(bool Success, TransactionView Transaction, SpentBalance NewBalance);

internal sealed record UseReplayBody(bool Success, TransactionView Transaction, SpentBalance NewBalance, string Message, bool Replayed);

internal sealed record RefundBody(bool Success, TransactionView Transaction, PlainBalance NewBalance, bool Replayed);
