using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Ledger;
using Mana.Credits.SyncBilling;
using Mana.Payments.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Credits.Pages;

/// <summary>Everything that the page of somebody's credits tells.</summary>
/// <param name="IsHeld">The audit holds the account: nothing can be spent.</param>
internal sealed record CreditsView(
    BalanceView Balance, bool IsHeld, IReadOnlyList<TransactionView> Latest, IReadOnlyList<Package> Packages, IReadOnlyList<Purchase> Purchases, SyncStatusBody Sync, SyncPrice SyncPrice, bool CanBuy);

internal sealed class CreditsOverview(CreditsDbContext database, NpgsqlDataSource source, CreditsLedger ledger, SyncStatus sync, SyncPrices prices, IStripeAvailability stripe)
{
    const int LatestLines = 8;
    const int LatestPurchases = 5;

    public async Task<CreditsView> OfAsync(string userId, CancellationToken cancellationToken)
    {
        var wallet = await LedgerQueries.AccountAsync(source, userId, cancellationToken);
        if (wallet is null)
            await ledger.EnsureAccountAsync(userId, cancellationToken);
        var packages = await database.Packages.AsNoTracking().Where(row => row.Active).OrderBy(row => row.SortOrder).ThenBy(row => row.Id).ToListAsync(cancellationToken);
        var purchases = await database.Purchases.AsNoTracking().Where(row => row.UserId == userId && row.Status != Purchase.Pending && row.Status != Purchase.Cancelled)
            .OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Take(LatestPurchases).ToListAsync(cancellationToken);
        return new CreditsView(
            wallet?.Balance ?? BalanceView.Empty, wallet?.FrozenAt is not null, await LedgerQueries.TransactionsAsync(source, userId, LatestLines, 0, withHolds: false, cancellationToken),
            packages, purchases, await sync.OfAsync(userId, cancellationToken), await prices.CurrentAsync(cancellationToken), stripe.CanCall);
    }
}
