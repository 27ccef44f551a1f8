using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Ledger;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Credits.SyncBilling;

/// <summary>What a pass over the due rows has done.</summary>
internal sealed record RenewalSummary(int Charged, int Paused, int Errors, int Total);

/// <summary>
/// Charges what is due, each row in a transaction of its own; several passes at once share the rows between them (W-24, W-25). Without credits there
/// are three days of grace, then sync is paused; within 30 days it goes on by itself when credits come in.
/// </summary>
internal sealed class SyncRenewals(
    SyncSubscriptions subscriptions, SyncPrices prices, LedgerTransactions transactions, NpgsqlDataSource database, TimeProvider time, EventWriter events, CreditsMetrics metrics, ILogger<SyncRenewals> log)
    : IManaJob
{
    const int Batch = 100;
    static readonly TimeSpan Grace = TimeSpan.FromDays(3);
    static readonly TimeSpan SecondWarning = TimeSpan.FromDays(2);
    static readonly TimeSpan ResumableFor = TimeSpan.FromDays(30);

    const string Due = """
        SELECT user_id FROM credits.sync_subscriptions WHERE active AND NOT is_gifted AND next_charge_at <= $1 AND user_id > $2 ORDER BY user_id LIMIT $3
        """;

    const string Resumable = """
        SELECT user_id FROM credits.sync_subscriptions WHERE paused_at IS NOT NULL AND auto_resume AND NOT active AND paused_at > $1 AND user_id > $2 ORDER BY user_id LIMIT $3
        """;

    const string States = """
        SELECT CASE WHEN is_gifted THEN 'gifted' WHEN active AND grace_until IS NOT NULL THEN 'grace' WHEN active THEN 'active' WHEN paused_at IS NOT NULL THEN 'paused' ELSE 'inactive' END,
          interval, count(*) FROM credits.sync_subscriptions GROUP BY 1, 2
        """;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ChargeDueAsync(cancellationToken);
        await EachAsync(Resumable, time.GetUtcNow() - ResumableFor, ResumeAsync, cancellationToken);
        await SampleAsync(cancellationToken);
    }

    public async Task<RenewalSummary> ChargeDueAsync(CancellationToken cancellationToken)
    {
        var outcomes = await EachAsync(Due, time.GetUtcNow(), RenewAsync, cancellationToken);
        int Count(params ReadOnlySpan<RenewalOutcome> wanted)
        {
            var sum = 0;
            foreach (var outcome in wanted)
                sum += outcomes.Count(found => found == outcome);
            return sum;
        }

        var summary = new RenewalSummary(
            Count(RenewalOutcome.Charged), Count(RenewalOutcome.Paused), Count(RenewalOutcome.Error), outcomes.Count - Count(RenewalOutcome.Nothing));
        if (summary.Total > 0)
            log.LogInformation("Sync renewals: {Charged} charged, {Paused} paused, {Errors} errors of {Total}", summary.Charged, summary.Paused, summary.Errors, summary.Total);
        return summary;
    }

    Task<RenewalOutcome> RenewAsync(string userId, CancellationToken cancellationToken) => WithRowAsync(userId, async (transaction, row, price, now, token) =>
    {
        if (row is not { Active: true, IsGifted: false, NextChargeAt: { } due } || due > now)
            return RenewalOutcome.Nothing;
        if (row.CancelAtPeriodEnd)
        {
            subscriptions.End(transaction, row);
            return RenewalOutcome.Ended;
        }

        switch (await subscriptions.ChargeAsync(transaction, row, price, "sync_renewal", due, now, token))
        {
            case PostingResult.Posted:
                (row.NextChargeAt, row.AnchorDay) = BillingCalendar.AfterCharge(due, now, row.AnchorDay, row.Interval);
                row.GraceUntil = null;
                return RenewalOutcome.Charged;
            case PostingResult.Insufficient:
                return Unpaid(transaction, row, now);
            default:
                return RenewalOutcome.Error;
        }
    }, cancellationToken);

    RenewalOutcome Unpaid(LedgerTransaction transaction, SyncSubscription row, DateTimeOffset now)
    {
        if (row.GraceUntil is not { } until)
        {
            row.GraceUntil = now + Grace;
            events.Add(transaction.Database, new SyncNotice(row.UserId, "grace", now, row.GraceUntil));
            return RenewalOutcome.Grace;
        }

        if (now < until)
        {
            var secondWarning = until - Grace + SecondWarning;
            if (now >= secondWarning && row.UpdatedAt < secondWarning)
                events.Add(transaction.Database, new SyncNotice(row.UserId, "grace", now, until));
            return RenewalOutcome.Grace;
        }

        (row.Active, row.PausedAt, row.GraceUntil) = (false, now, null);
        subscriptions.Tell(transaction, row, active: false);
        events.Add(transaction.Database, new SyncNotice(row.UserId, "paused", now, null));
        return RenewalOutcome.Paused;
    }

    /// <summary>Goes on with what was paused, when the person wants that and can pay for it.</summary>
    public Task<RenewalOutcome> ResumeAsync(string userId, CancellationToken cancellationToken) => WithRowAsync(userId, async (transaction, row, price, now, token) =>
    {
        if (row is not { Active: false, IsGifted: false, AutoResume: true, PausedAt: { } paused } || now - paused > ResumableFor)
            return RenewalOutcome.Nothing;
        switch (await subscriptions.StartAsync(transaction, row, price, "sync_subscription", now, token))
        {
            case PostingResult.Posted:
                events.Add(transaction.Database, new SyncNotice(row.UserId, "resumed", now, row.NextChargeAt));
                return RenewalOutcome.Resumed;
            case PostingResult.Contention:
                return RenewalOutcome.Error;
            default:
                return RenewalOutcome.Nothing;
        }
    }, cancellationToken);

    async Task<RenewalOutcome> WithRowAsync(
        string userId, Func<LedgerTransaction, SyncSubscription, SyncPrice, DateTimeOffset, CancellationToken, Task<RenewalOutcome>> change, CancellationToken cancellationToken)
    {
        var price = await prices.CurrentAsync(cancellationToken);
        var result = await transactions.RunAsync<object>(async (transaction, token) =>
        {
            // Skipped is what another pass, or the person, has in hands: whoever comes next finds it as it is then.
            var row = (await transaction.Database.SyncSubscriptions.FromSql($"SELECT * FROM credits.sync_subscriptions WHERE user_id = {userId} FOR UPDATE SKIP LOCKED").ToListAsync(token))
                .SingleOrDefault();
            if (row is null)
                return RenewalOutcome.Nothing;
            var now = time.GetUtcNow();
            var outcome = await change(transaction, row, price, now, token);
            if (outcome is not (RenewalOutcome.Nothing or RenewalOutcome.Error))
            {
                row.UpdatedAt = now;
                await transaction.CommitAsync(token);
            }

            return outcome;
        }, cancellationToken);
        var outcome = result is RenewalOutcome found ? found : RenewalOutcome.Error;
        if (outcome != RenewalOutcome.Nothing)
            metrics.Renewal(outcome.ToString().ToLowerInvariant());
        return outcome;
    }

    async Task<List<RenewalOutcome>> EachAsync(string query, DateTimeOffset moment, Func<string, CancellationToken, Task<RenewalOutcome>> work, CancellationToken cancellationToken)
    {
        var outcomes = new List<RenewalOutcome>();
        var last = "";
        while (true)
        {
            var users = new List<string>();
            await using (var command = database.CreateCommand(query))
            {
                await using var row = await command.Instant(moment).Text(last).Number(Batch).ExecuteReaderAsync(cancellationToken);
                while (await row.ReadAsync(cancellationToken))
                    users.Add(row.GetString(0));
            }

            foreach (var user in users)
                outcomes.Add(await TryAsync(user, work, cancellationToken));
            if (users.Count < Batch)
                return outcomes;
            last = users[^1];
        }
    }

    /// <summary>What is wrong with one row must not keep the others from their turn.</summary>
    async Task<RenewalOutcome> TryAsync(string userId, Func<string, CancellationToken, Task<RenewalOutcome>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(userId, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Renewal("error");
            log.LogError(failure, "A sync subscription could not be charged");
            return RenewalOutcome.Error;
        }
    }

    async Task SampleAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(States);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new List<(string, string, long)>();
        while (await row.ReadAsync(cancellationToken))
            counts.Add((row.GetString(0), row.GetString(1), row.GetInt64(2)));
        metrics.SyncSubscriptions = counts;
    }
}
