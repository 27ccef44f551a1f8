using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Credits.Import;

/// <summary>
/// Sync subscriptions of an original, taken over and compared row by row. A row that is here already gives way when nobody ever paid for it (somebody only set a switch); one that was paid for here
/// stays, and the difference is reported.
/// </summary>
internal sealed class FormerSync(NpgsqlDataSource database, IErasedUsers erased, IIdSource ids, EventWriter events)
{
    const string Rows = "SELECT active, interval, next_charge_at, paused_at, is_gifted, imported_at IS NOT NULL AND updated_at > imported_at FROM credits.sync_subscriptions WHERE user_id = $1";

    /// <summary>True when this call did it.</summary>
    public async Task<bool> TakeAsync(LedgerTransaction transaction, string userId, OriginalSync sync, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = (await transaction.Database.SyncSubscriptions.FromSql($"SELECT * FROM credits.sync_subscriptions WHERE user_id = {userId} FOR UPDATE").ToListAsync(cancellationToken)).SingleOrDefault();
        if (row is { ImportedAt: not null } or { Active: true } or { IsGifted: true } or { ActivatedAt: not null })
            return false;
        if (row is null)
            transaction.Database.SyncSubscriptions.Add(row = new() { Id = ids.NewGuid(), UserId = userId, Interval = sync.Interval, CreatedAt = sync.ActivatedAt ?? now, UpdatedAt = now });
        (row.Active, row.Interval, row.ActivatedAt) = (sync.Active || sync.IsGifted, sync.Interval, sync.ActivatedAt);
        row.NextChargeAt = sync.IsGifted || !sync.Active ? null : sync.NextChargeAt ?? now;
        row.AnchorDay = (sync.NextChargeAt ?? now).UtcDateTime.Day;
        row.PausedAt = row.Active ? null : sync.PausedAt;
        (row.IsGifted, row.GiftedBy, row.GiftedAt) = sync.IsGifted ? (true, sync.GiftedBy, sync.GiftedAt) : (false, null, null);
        (row.ImportedAt, row.UpdatedAt) = (now, now);
        // A host that is up has answered "no" so far.
        if (row.Active)
            events.Add(transaction.Database, new SyncEntitlementChanged(userId, Active: true));
        return true;
    }

    /// <summary>Null: it is here as it was there, or was changed here since it came.</summary>
    public async Task<string?> DifferenceAsync(string userId, OriginalSync sync, CancellationToken cancellationToken)
    {
        if (await erased.IsErasedAsync(userId, cancellationToken))
            return null;
        var there = Text(sync.Active || sync.IsGifted, sync.Interval, sync.IsGifted || !sync.Active ? null : sync.NextChargeAt, sync.IsGifted || sync.Active ? null : sync.PausedAt, sync.IsGifted);
        await using var command = database.CreateCommand(Rows);
        await using var row = await command.Text(userId).ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return $"{userId}: sync {there} there, nothing here";
        if (row.GetBoolean(5))
            return null;
        var next = Instant(row, 2);
        // One that is due at an unknown time there is due at once here.
        var here = Text(row.GetBoolean(0), row.GetString(1), sync is { Active: true, IsGifted: false, NextChargeAt: null } && next is not null ? null : next, Instant(row, 3), row.GetBoolean(4));
        return here == there ? null : $"{userId}: sync {there} there, {here} here";
    }

    static string Text(bool isActive, string interval, DateTimeOffset? next, DateTimeOffset? paused, bool isGifted) => string.Create(
        CultureInfo.InvariantCulture, $"{(isGifted ? "gifted" : isActive ? "active" : "inactive")} {interval}, next {Text(next)}, paused {Text(paused)}");

    static string Text(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) ?? "never";

    static DateTimeOffset? Instant(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
