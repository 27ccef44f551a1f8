using Mana.Credits.Data;
using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Npgsql;

namespace Mana.Credits.Import;

/// <summary>
/// The original's purchases with their packs. Their credits are part of the opening balance, so those that were paid are complete here and are never credited again. One that waits for its money
/// goes on waiting: what Stripe says of its payment completes it. One without a payment cannot be paid any more.
/// </summary>
internal sealed class FormerPurchases(NpgsqlDataSource database, IIdSource ids, TimeProvider time)
{
    const string Purchases = """
        SELECT p.id, p.user_id, p.package_id, p.credits, p.price_euro_cents, p.stripe_payment_intent_id, p.stripe_customer_id, p.status::text, p.metadata::text, p.created_at::timestamptz, p.completed_at::timestamptz
        FROM credits.purchases p ORDER BY p.created_at, p.id
        """;

    /// <summary>Returns how many purchases there are, how many of them are here, and why others are not.</summary>
    public async Task<(long There, long Here)> CopyAsync(NpgsqlConnection original, bool verifyOnly, List<string> differences, CancellationToken cancellationToken)
    {
        var packs = verifyOnly ? [] : await PacksAsync(original, cancellationToken);
        var all = await original.Sql(Purchases).RowsAsync(Read, cancellationToken);
        foreach (var purchase in verifyOnly ? [] : all)
            await StoreAsync(purchase, packs, cancellationToken);
        var stored = (await database.Sql("SELECT id FROM credits.purchases WHERE id = ANY ($1)", all.Select(purchase => purchase.Id).ToArray()).RowsAsync(row => row.GetGuid(0), cancellationToken)).ToHashSet();
        differences.AddRange(all.Where(purchase => !stored.Contains(purchase.Id)).Select(purchase => $"purchase {purchase.Id} of {purchase.Credits} credits is not here"));
        return (all.Count, stored.Count);
    }

    /// <summary>Packs of the original by their ids there. One that is not sold here under its name is kept for its purchases, and is not sold.</summary>
    async Task<Dictionary<Guid, Guid>> PacksAsync(NpgsqlConnection original, CancellationToken cancellationToken)
    {
        var packs = new Dictionary<Guid, Guid>();
        if (!await original.Sql("SELECT to_regclass('credits.packages') IS NOT NULL").ValueAsync<bool>(cancellationToken))
            return packs;
        foreach (var (id, name, credits, cents) in await original.Sql("SELECT id, name, credits, price_euro_cents FROM credits.packages").RowsAsync(row => (row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3)), cancellationToken))
            if (await PackAsync(id, name, credits, cents, cancellationToken) is { } pack)
                packs[id] = pack;
        return packs;
    }

    /// <summary>Null when it can be none.</summary>
    async Task<Guid?> PackAsync(Guid id, string name, int credits, int cents, CancellationToken cancellationToken)
    {
        if (credits > 0 && cents >= 50)
            await database.Sql("""
                INSERT INTO credits.packages (id, name, credits, price_euro_cents, active, sort_order, created_at, updated_at) VALUES ($1, $2, $3, $4, false, 100, $5, $5) ON CONFLICT DO NOTHING
                """, id, name, credits, cents, time.GetUtcNow()).RunAsync(cancellationToken);
        return (await database.Sql("SELECT id FROM credits.packages WHERE id = $1 OR name = $2 ORDER BY (id = $1) DESC LIMIT 1", id, name).RowsAsync(row => row.GetGuid(0), cancellationToken)) is [var found] ? found : null;
    }

    async Task StoreAsync(FormerPurchase purchase, Dictionary<Guid, Guid> packs, CancellationToken cancellationToken)
    {
        if (purchase.Credits <= 0 || purchase.PriceEuroCents <= 0)
            return;
        if (purchase.PackageId is not { } former || !packs.TryGetValue(former, out var pack))
        {
            // Its pack is gone there too: one of the same worth stands for it.
            if (await PackAsync(ids.NewGuid(), $"Former pack {purchase.Credits}/{purchase.PriceEuroCents}", purchase.Credits, Math.Max(50, purchase.PriceEuroCents), cancellationToken) is not { } made)
                return;
            pack = made;
        }

        var status = StatusOf(purchase);
        await database.Sql("""
            INSERT INTO credits.purchases (id, user_id, package_id, credits, price_euro_cents, on_page, stripe_payment_intent_id, stripe_customer_id, status, metadata, created_at, updated_at, completed_at, is_imported)
            SELECT $1, a.owner_id, $3, $4, $5, false, $6::text, $7::text, $8, $9::jsonb, $10, $11, $12::timestamptz, $12::timestamptz IS NOT NULL
            FROM credits.accounts a WHERE a.owner_id = $2 AND a.kind = 'available' AND a.owner_type = 'user' ON CONFLICT DO NOTHING
            """, purchase.Id, purchase.UserId, pack, purchase.Credits, purchase.PriceEuroCents, purchase.Intent, purchase.Customer, status, purchase.Metadata, purchase.CreatedAt, time.GetUtcNow(),
            status == Purchase.Completed ? purchase.CompletedAt ?? purchase.CreatedAt : null).RunAsync(cancellationToken);
    }

    /// <summary>
    /// What it is here. The original wrote <c>completed_at</c> together with the credits, and let a late <c>payment_failed</c> overwrite the status alone (weakness W-30): one that was
    /// completed once is paid, whatever its status says, or its payment would be credited again.
    /// </summary>
    static string StatusOf(FormerPurchase purchase) => purchase switch
    {
        { Status: Purchase.Completed } or { CompletedAt: not null } => Purchase.Completed,
        { Status: Purchase.Failed or Purchase.Cancelled } => purchase.Status,
        { Intent: null } => Purchase.Cancelled,
        _ => Purchase.Pending,
    };

    static FormerPurchase Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetInt32(3), row.GetInt32(4), row.TextOrNull(5), row.TextOrNull(6), row.GetString(7), row.TextOrNull(8),
        row.GetFieldValue<DateTimeOffset>(9), row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10));

    sealed record FormerPurchase(
        Guid Id, string UserId, Guid? PackageId, int Credits, int PriceEuroCents, string? Intent, string? Customer, string Status, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt);
}
