using System.Text.Json;
using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Gifts;
using Mana.Credits.Ledger;
using Mana.Credits.Purchases;
using Mana.Credits.Wire;
using Mana.Kernel.Ids;
using Mana.Kernel.Privacy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Credits.Privacy;

/// <summary>
/// Export and erasure (commerce.md 13.2). Ledger entries stay for the statutory period without a name: the user id becomes a random pseudonym, free
/// texts go, what is left is forfeited with an entry of its own.
/// </summary>
internal sealed class CreditsPersonalData(
    NpgsqlDataSource database, CreditsLedger ledger, LedgerTransactions transactions, IServiceScopeFactory scopes, IIdSource ids, TimeProvider time) : IPersonalData
{
    const int PageSize = 200;

    /// <summary>Rows that still name the person; entries under a pseudonym do not.</summary>
    const string Named = """
        SELECT (SELECT count(*) FROM credits.accounts WHERE owner_id = $1 AND owner_type = 'user')
             + (SELECT count(*) FROM credits.gift_codes WHERE creator_id = $1)
             + (SELECT count(*) FROM credits.gift_redemptions WHERE redeemer_id = $1)
             + (SELECT count(*) FROM credits.sync_subscriptions WHERE user_id = $1 OR gifted_by = $1)
             + (SELECT count(*) FROM credits.entries WHERE created_by = 'admin:' || $1)
             + (SELECT count(*) FROM credits.purchases WHERE user_id = $1)
        """;

    public string Module => "credits";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        Member(json, "balance", await LedgerQueries.AccountAsync(database, userId, cancellationToken));
        Member(json, "openReservations", await LedgerQueries.OpenReservationsAsync(database, userId, cancellationToken));
        await using (var scope = scopes.CreateAsyncScope())
        {
            var stored = scope.ServiceProvider.GetRequiredService<CreditsDbContext>();
            Member(json, "gifts", await stored.Gifts.AsNoTracking().Where(gift => gift.CreatorId == userId).ToListAsync(cancellationToken));
            Member(json, "redemptions", await stored.Redemptions.AsNoTracking().Where(redemption => redemption.RedeemerId == userId).ToListAsync(cancellationToken));
            Member(json, "purchases", (await stored.Purchases.AsNoTracking().Where(purchase => purchase.UserId == userId).ToListAsync(cancellationToken)).Select(PurchaseBody.Of));
            Member(json, "sync", await stored.SyncSubscriptions.AsNoTracking().Where(sync => sync.UserId == userId).Select(sync => new
            {
                sync.Active, sync.Interval, sync.ActivatedAt, sync.NextChargeAt, sync.PausedAt, sync.GraceUntil, sync.IsGifted, sync.AutoResume, sync.CreatedAt,
            }).ToListAsync(cancellationToken));
        }

        json.WriteStartArray("transactions");
        for (var (skip, count) = (0, PageSize); count == PageSize; skip += PageSize)
        {
            var page = await LedgerQueries.TransactionsAsync(database, userId, PageSize, skip, withHolds: false, cancellationToken);
            foreach (var transaction in page)
                JsonSerializer.Serialize(json, transaction, CreditsJson.Options);
            count = page.Count;
            await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken) => await EraseCountingAsync(userId, cancellationToken);

    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Named);
        return (long)(await command.Text(userId).ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>How many rows lost their person; 0 when there is nobody of this id any more.</summary>
    public async Task<long> EraseCountingAsync(string userId, CancellationToken cancellationToken)
    {
        foreach (var reservation in await LedgerQueries.OpenReservationsAsync(database, userId, cancellationToken))
            await ledger.ReleaseAsync(reservation.Id, cancellationToken);
        await using (var scope = scopes.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<GiftErasure>().EndAsync(userId, cancellationToken);
            await scope.ServiceProvider.GetRequiredService<PurchaseErasure>().EndAsync(userId, cancellationToken);
        }

        await ForfeitAsync(userId, cancellationToken);
        var pseudonym = ErasedOwner.New(ids.NewId());
        return await transactions.RunAsync<Renamed>(async (transaction, token) =>
        {
            var rows = await RenameAsync(transaction.Database, userId, pseudonym, token);
            await transaction.CommitAsync(token);
            return new(rows);
        }, cancellationToken) is { Rows: var renamed } ? renamed : throw new InvalidOperationException("The rows of this person were busy; the erasure comes again.");
    }

    /// <summary>
    /// Everything at once: whoever finds a purchase by its pseudonym finds the account of the same one, and an erasure that failed leaves the name for the next try. The account comes first, so
    /// that nothing is booked on it meanwhile.
    /// </summary>
    async Task<long> RenameAsync(CreditsDbContext stored, string userId, string pseudonym, CancellationToken cancellationToken)
    {
        // As the texts of entries; before the account loses its name, by which they are found.
        await stored.Database.ExecuteSqlAsync($"""
            UPDATE credits.former_transactions f SET description = '', metadata = NULL
            FROM credits.accounts a WHERE a.id = f.wallet AND a.owner_id = {userId} AND a.kind = 'available' AND a.owner_type = 'user'
            """, cancellationToken);
        var rows = await stored.Database.SqlQuery<long>($"SELECT credits.erase_wallet({userId}, {pseudonym}, {time.GetUtcNow()}) AS \"Value\"").SingleAsync(cancellationToken);
        rows += await GiftErasure.RenameAsync(stored, userId, pseudonym, cancellationToken);
        rows += await stored.SyncSubscriptions.Where(sync => sync.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        // Kept for the tax office.
        rows += await stored.Purchases.Where(purchase => purchase.UserId == userId).ExecuteUpdateAsync(set => set
            .SetProperty(purchase => purchase.UserId, pseudonym).SetProperty(purchase => purchase.Metadata, (string?)null)
            .SetProperty(purchase => purchase.IdempotencyKey, (string?)null).SetProperty(purchase => purchase.FailureMessage, (string?)null), cancellationToken);
        return rows + await stored.SyncSubscriptions.Where(sync => sync.GiftedBy == userId).ExecuteUpdateAsync(set => set.SetProperty(sync => sync.GiftedBy, (string?)null), cancellationToken);
    }

    sealed record Renamed(long Rows);

    /// <summary>What is left goes back to nobody. A debit that comes in between leaves less; then the rest is asked for again.</summary>
    async Task ForfeitAsync(string userId, CancellationToken cancellationToken)
    {
        while (await ledger.GetBalanceAsync(userId, cancellationToken) is { Available.Milli: > 0 } balance)
            if (await ledger.PostAsync("forfeit", new Booking(ids.NewGuid(), "forfeiture", userId, -balance.Available.Milli, 0, "system", "Account erased")
                {
                    Counter = "forfeiture",
                    Type = "adjustment",
                }, cancellationToken) is PostingResult.Frozen)
                throw new InvalidOperationException("An account that the audit holds cannot be erased; it comes again when somebody has looked.");
    }

    static void Member(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, CreditsJson.Options);
    }
}
