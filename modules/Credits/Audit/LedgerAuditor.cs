using Mana.Credits.Ledger;
using Mana.Kernel.Ids;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Credits.Audit;

/// <summary>
/// Recomputes what the ledger claims (commerce.md 12, 16.2). Hourly what is new, nightly everything. A finding raises the alarm
/// (<c>credits_ledger_imbalance</c>) and freezes the account: nothing leaves it until somebody has looked.
/// </summary>
internal sealed class LedgerAuditor(NpgsqlDataSource database, IIdSource ids, TimeProvider time, CreditsOptions options, CreditsMetrics metrics, ILogger<LedgerAuditor> log)
{
    const int Batch = 500;

    const string Mark = """
        INSERT INTO credits.audit_marks AS m (account_id, seq) SELECT * FROM unnest($1::bigint[], $2::bigint[])
        ON CONFLICT (account_id) DO UPDATE SET seq = greatest(m.seq, excluded.seq)
        """;

    const string Gauges = """
        SELECT (SELECT count(*) FROM credits.accounts WHERE kind = 'available' AND balance < 0), (SELECT count(*) FROM credits.reservations WHERE status = 'reserved'),
          (SELECT coalesce(sum(amount), 0)::bigint FROM credits.reservations WHERE status = 'reserved'),
          (SELECT coalesce(max(granted), 0) FROM credits.promo_months WHERE month = date_trunc('month', $1 AT TIME ZONE 'UTC')::date)
        """;

    public async Task<IReadOnlyList<string>> RunAsync(bool full, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var problems = new List<(long? Account, string What)>();
        var accounts = await WalkAsync(full, problems, cancellationToken);
        foreach (var query in full ? (string[])[AuditSql.Whole, AuditSql.Unbalanced, AuditSql.Misstated, AuditSql.Purchases] : [AuditSql.Whole])
            await FindAsync(query, problems, cancellationToken);
        foreach (var account in problems.Select(problem => problem.Account).OfType<long>().Distinct())
            await FreezeAsync(account, cancellationToken);

        List<string> lines = [.. problems.Select(problem => problem.Account is { } account ? $"account {account}: {problem.What}" : problem.What)];
        await StoreAsync(full, started, accounts, lines, cancellationToken);
        await SampleAsync(cancellationToken);
        metrics.Imbalance = lines.Count;
        if (lines.Count > 0)
            log.LogCritical("The audit of the ledger found {Count} problem(s), the first: {First}", lines.Count, lines[0]);
        log.LogInformation("Audited {Accounts} account(s), full: {Full}, problems: {Count}", accounts, full, lines.Count);
        return lines;
    }

    async Task<long> WalkAsync(bool full, List<(long? Account, string What)> problems, CancellationToken cancellationToken)
    {
        var (looked, after) = (0L, 0L);
        while (true)
        {
            var good = new List<(long Id, long Seq)>();
            var count = 0;
            await using (var command = database.CreateCommand(AuditSql.Accounts))
            {
                command.CommandTimeout = 600;
                command.Parameters.Add(new() { Value = full });
                await using var row = await command.Number(after).Number(Batch).ExecuteReaderAsync(cancellationToken);
                for (; await row.ReadAsync(cancellationToken); count++)
                {
                    after = row.GetInt64(0);
                    var found = row.GetFieldValue<string[]>(2);
                    problems.AddRange(found.Select(what => ((long?)after, what)));
                    if (found.Length == 0)
                        good.Add((after, row.GetInt64(1)));
                }
            }

            await using (var mark = database.CreateCommand(Mark))
            {
                mark.Parameters.Add(new() { Value = good.Select(account => account.Id).ToArray() });
                mark.Parameters.Add(new() { Value = good.Select(account => account.Seq).ToArray() });
                await mark.ExecuteNonQueryAsync(cancellationToken);
            }

            looked += count;
            if (count < Batch)
                return looked;
        }
    }

    async Task FindAsync(string query, List<(long? Account, string What)> problems, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(query);
        command.CommandTimeout = 600;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            problems.Add((row.IsDBNull(0) ? null : row.GetInt64(0), row.GetString(1)));
    }

    async Task FreezeAsync(long account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT credits.set_frozen($1, $2)");
        await command.Number(account).Instant(time.GetUtcNow()).ExecuteNonQueryAsync(cancellationToken);
    }

    async Task StoreAsync(bool full, DateTimeOffset started, long accounts, List<string> problems, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO credits.ledger_audits (id, is_full, started_at, finished_at, accounts, problems) VALUES ($1, $2, $3, $4, $5, $6)");
        foreach (var value in (object[])[ids.NewGuid(), full, started, time.GetUtcNow(), accounts, problems.Take(100).ToArray()])
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task SampleAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Gauges);
        await using var row = await command.Instant(time.GetUtcNow()).ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        (metrics.NegativeAccounts, metrics.OpenReservations, metrics.OpenAmount) = (row.GetInt64(0), row.GetInt64(1), new(row.GetInt64(2)));
        metrics.PromoBudgetUsed = options.PromoBudget is { Milli: > 0 } budget ? row.GetInt64(3) / (double)budget.Milli : 0;
        if (metrics.PromoBudgetUsed >= 0.8)
            log.LogWarning("{Share:P0} of this month's budget for rewards is used", metrics.PromoBudgetUsed);
    }
}

internal sealed class HourlyAudit(LedgerAuditor auditor) : IManaJob
{
    public Task RunAsync(CancellationToken cancellationToken) => auditor.RunAsync(full: false, cancellationToken);
}

internal sealed class NightlyAudit(LedgerAuditor auditor) : IManaJob
{
    public Task RunAsync(CancellationToken cancellationToken) => auditor.RunAsync(full: true, cancellationToken);
}
