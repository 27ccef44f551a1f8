using System.Globalization;
using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Ledger;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Credits.SyncBilling;

/// <summary>
/// Who pays for Cloud Sync (commerce.md 4.5). The row of the person is locked first, then charged: the charge, the new dates and the news for Sync
/// commit together. The business key of a charge names its period, so a period is paid once.
/// </summary>
internal sealed class SyncSubscriptions(
    LedgerTransactions transactions, CreditsLedger ledger, NpgsqlDataSource database, IErasedUsers erased, SyncPrices prices, IIdSource ids, TimeProvider time, EventWriter events) : ISyncSubscriptions
{
    public async ValueTask<bool> IsActiveAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT active FROM credits.sync_subscriptions WHERE user_id = $1");
        return await command.Text(userId).ExecuteScalarAsync(cancellationToken) is true;
    }

    public async Task<SyncChange> ActivateAsync(string userId, string interval, CancellationToken cancellationToken)
    {
        var price = await prices.CurrentAsync(cancellationToken);
        return await ChangeAsync(userId, make: true, async (transaction, row, now, token) =>
        {
            if (row!.IsGifted)
                return new SyncChange.Gifted();
            if (row is { Active: true, CancelAtPeriodEnd: true })
            {
                // It was to end, and goes on after all; the period is paid.
                (row.CancelAtPeriodEnd, row.Interval) = (false, interval);
                return new SyncChange.Done(row, null);
            }

            if (row.Active)
                return new SyncChange.AlreadyActive();
            row.Interval = interval;
            var charged = await StartAsync(transaction, row, price, "sync_subscription", now, token);
            return charged is PostingResult.Posted ? new SyncChange.Done(row, price.Of(interval)) : new SyncChange.Refused(charged);
        }, cancellationToken);
    }

    public Task<SyncChange> DeactivateAsync(string userId, bool atPeriodEnd, CancellationToken cancellationToken) =>
        ChangeAsync(userId, make: false, (transaction, row, _, _) =>
        {
            if (row is { IsGifted: true })
                return Task.FromResult<SyncChange>(new SyncChange.Gifted());
            if (row is not { Active: true })
                return Task.FromResult<SyncChange>(new SyncChange.NotActive());
            if (atPeriodEnd)
                row.CancelAtPeriodEnd = true;
            else
                End(transaction, row);
            return Task.FromResult<SyncChange>(new SyncChange.Done(row, null));
        }, cancellationToken);

    /// <summary>Takes effect with the next charge; nothing is charged now.</summary>
    public async Task<SyncChange> ChangeIntervalAsync(string userId, string interval, CancellationToken cancellationToken)
    {
        var price = await prices.CurrentAsync(cancellationToken);
        return await ChangeAsync(userId, make: false, (_, row, _, _) =>
        {
            if (row is { IsGifted: true })
                return Task.FromResult<SyncChange>(new SyncChange.Gifted());
            if (row is not { Active: true })
                return Task.FromResult<SyncChange>(new SyncChange.NotActive());
            row.Interval = interval;
            return Task.FromResult<SyncChange>(new SyncChange.Done(row, price.Of(interval)));
        }, cancellationToken);
    }

    /// <summary>Whether a paused sync goes on by itself when credits come in.</summary>
    public Task<SyncChange> SetAutoResumeAsync(string userId, bool autoResume, CancellationToken cancellationToken) =>
        ChangeAsync(userId, make: true, (_, row, _, _) =>
        {
            row!.AutoResume = autoResume;
            return Task.FromResult<SyncChange>(new SyncChange.Done(row, null));
        }, cancellationToken);

    public async Task<SyncChange> GiveAsync(string userId, string adminId, CancellationToken cancellationToken) =>
        await erased.IsErasedAsync(userId, cancellationToken) ? new SyncChange.NotFound() : await ChangeAsync(userId, make: true, (transaction, row, now, _) =>
        {
            if (!row!.Active)
                Tell(transaction, row, active: true);
            (row.Active, row.IsGifted, row.GiftedBy, row.GiftedAt) = (true, true, adminId, now);
            (row.NextChargeAt, row.PausedAt, row.GraceUntil, row.CancelAtPeriodEnd) = (null, null, null, false);
            return Task.FromResult<SyncChange>(new SyncChange.Done(row, null));
        }, cancellationToken);

    public Task<SyncChange> RevokeAsync(string userId, CancellationToken cancellationToken) =>
        ChangeAsync(userId, make: false, (transaction, row, _, _) =>
        {
            if (row is null)
                return Task.FromResult<SyncChange>(new SyncChange.NotFound());
            if (!row.IsGifted)
                return Task.FromResult<SyncChange>(new SyncChange.NotGifted());
            (row.IsGifted, row.GiftedBy, row.GiftedAt) = (false, null, null);
            End(transaction, row);
            return Task.FromResult<SyncChange>(new SyncChange.Done(row, null));
        }, cancellationToken);

    /// <summary>Charges for the period that begins now and makes the row active. Nothing is changed when the charge is refused.</summary>
    public async Task<PostingResult> StartAsync(LedgerTransaction transaction, SyncSubscription row, SyncPrice price, string type, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var charged = await ChargeAsync(transaction, row, price, type, now, now, cancellationToken);
        if (charged is not PostingResult.Posted)
            return charged;
        (row.Active, row.ActivatedAt, row.AnchorDay) = (true, now, now.Day);
        (row.PausedAt, row.GraceUntil, row.CancelAtPeriodEnd) = (null, null, false);
        row.NextChargeAt = BillingCalendar.Next(now, row.AnchorDay, row.Interval);
        Tell(transaction, row, active: true);
        return charged;
    }

    /// <summary>Charges for one period, in the caller's transaction.</summary>
    /// <param name="periodStart">Names the period: it is paid once, however often this runs.</param>
    public async Task<PostingResult> ChargeAsync(
        LedgerTransaction transaction, SyncSubscription row, SyncPrice price, string type, DateTimeOffset periodStart, DateTimeOffset now, CancellationToken cancellationToken) =>
        // While the catalogue gives it away there is nothing to book.
        price.Month.Milli == 0 ? new PostingResult.Posted(default, BalanceView.Empty, Replayed: false) : await ledger.PostAsync(
            transaction.Connection,
            new Booking(ids.NewGuid(), "sync", row.UserId, -price.Of(row.Interval).Milli, 0, "sync", $"Cloud Sync ({row.Interval})")
            {
                Counter = "sync_revenue",
                Type = "usage",
                Metadata = JsonSerializer.Serialize(new { interval = row.Interval, type }),
                At = now,
                BusinessKey = string.Create(CultureInfo.InvariantCulture, $"sync:{row.Id}:{periodStart.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff}"),
            }, cancellationToken);

    /// <summary>Stops at once; what is paid is forfeited, data stays (commerce.md 4.5).</summary>
    public void End(LedgerTransaction transaction, SyncSubscription row)
    {
        (row.Active, row.NextChargeAt, row.GraceUntil, row.CancelAtPeriodEnd) = (false, null, null, false);
        Tell(transaction, row, active: false);
    }

    public void Tell(LedgerTransaction transaction, SyncSubscription row, bool active) => events.Add(transaction.Database, new SyncEntitlementChanged(row.UserId, active));

    async Task<SyncChange> ChangeAsync(
        string userId, bool make, Func<LedgerTransaction, SyncSubscription?, DateTimeOffset, CancellationToken, Task<SyncChange>> change, CancellationToken cancellationToken)
    {
        var result = await transactions.RunAsync(async (transaction, token) =>
        {
            var now = time.GetUtcNow();
            if (make)
                await transaction.Database.Database.ExecuteSqlAsync($"""
                    INSERT INTO credits.sync_subscriptions (id, user_id, active, interval, anchor_day, auto_resume, cancel_at_period_end, is_gifted, created_at, updated_at)
                    VALUES ({ids.NewGuid()}, {userId}, false, 'monthly', 1, true, false, false, {now}, {now}) ON CONFLICT DO NOTHING
                    """, token);
            var row = (await transaction.Database.SyncSubscriptions.FromSql($"SELECT * FROM credits.sync_subscriptions WHERE user_id = {userId} FOR UPDATE").ToListAsync(token)).SingleOrDefault();
            var done = await change(transaction, row, now, token);
            if (done is SyncChange.Done)
            {
                row!.UpdatedAt = now;
                await transaction.CommitAsync(token);
            }

            return done;
        }, cancellationToken);
        return result ?? new SyncChange.Refused(new PostingResult.Contention());
    }
}
