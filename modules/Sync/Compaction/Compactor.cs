using System.Diagnostics;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Sync.Compaction;

/// <summary>What a run did.</summary>
internal sealed record CompactionReport(int Scopes, long Examined, long Removed, long Folded, int Trimmed);

/// <summary>
/// The hourly job (sync.md 15.5): folds changes that are older than the history is kept, and empties old tombstones, scope by scope and in
/// small transactions. Safe to kill at any moment and to run twice: a scope's mark moves only when it is done, and folding what is folded
/// changes nothing.
/// </summary>
internal sealed class Compactor(NpgsqlDataSource database, SyncOptions options, Reclaim reclaim, SyncMetrics metrics, ILogger<Compactor> log) : IManaJob
{
    const int ScopesPerLook = 500;

    const string Candidates = """
        SELECT id, name FROM sync.scopes WHERE id > $1 AND (compacted_seq < least(last_seq, $2) OR trimmed_seq < least(last_seq, $3)) ORDER BY id LIMIT $4
        """;

    const string Clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    const string Leftovers = """
        WITH states AS (DELETE FROM sync.read_states WHERE issued_at < now() - interval '60 days' OR (client_id = '' AND issued_at < now() - interval '1 hour') RETURNING 1)
        DELETE FROM sync.devices WHERE seen_at < now() - interval '400 days'
        """;

    public Task RunAsync(CancellationToken cancellationToken) =>
        RunAsync(TimeSpan.FromDays(options.HistoryDays), TimeSpan.FromDays(options.TombstoneDays), cancellationToken);

    /// <summary>Folds everything older than <paramref name="history"/> and empties tombstones older than <paramref name="tombstones"/>, by the database's clock.</summary>
    public async Task<CompactionReport> RunAsync(TimeSpan history, TimeSpan tombstones, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var now = await NowAsync(cancellationToken);
        var (foldUntil, trimUntil) = (now - Micros(history), now - Micros(tombstones));
        var report = new CompactionReport(0, 0, 0, 0, 0);
        var after = 0L;
        while (await NextAsync(after, foldUntil, trimUntil, cancellationToken) is { Count: > 0 } scopes)
        {
            foreach (var (id, name) in scopes)
            {
                after = id;
                if (await TryAsync(id, name, foldUntil, trimUntil, cancellationToken) is not { } done)
                    continue;
                report = new CompactionReport(
                    report.Scopes + 1, report.Examined + done.Examined, report.Removed + done.Removed, report.Folded + done.Folded, report.Trimmed + done.Trimmed);
            }
        }

        await SweepAsync(cancellationToken);
        metrics.Compacted(report, Stopwatch.GetElapsedTime(started));
        await reclaim.AfterAsync(report.Removed, cancellationToken);
        return report;
    }

    /// <summary>Null when it failed: one scope that cannot be compacted must not keep the others from it.</summary>
    async Task<ScopeReport?> TryAsync(long id, string name, long foldUntil, long trimUntil, CancellationToken cancellationToken)
    {
        try
        {
            return await new ScopeCompaction(database, id, name).RunAsync(foldUntil, trimUntil, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.CompactionFailed();
            log.LogError(exception, "Scope {ScopeKey} could not be compacted; it is tried again next time", id);
            return null;
        }
    }

    async Task<List<(long Id, string Name)>> NextAsync(long after, long foldUntil, long trimUntil, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter());
        batch.BatchCommands.Add(Maintenance.Command(
            Candidates, Maintenance.Value(after), Maintenance.Value(foldUntil), Maintenance.Value(trimUntil), Maintenance.Value(ScopesPerLook)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var scopes = new List<(long, string)>();
        while (await rows.ReadAsync(cancellationToken))
            scopes.Add((rows.GetInt64(0), rows.GetString(1)));
        return scopes;
    }

    /// <summary>Read states of clients that never came back, devices that nobody has seen for more than a year.</summary>
    async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter());
        batch.BatchCommands.Add(Maintenance.Command(Leftovers));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<long> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Clock);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
