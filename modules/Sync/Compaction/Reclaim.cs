using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Sync.Compaction;

/// <summary>
/// Gives the space of removed rows back to the disk (sync.md 15.5) once there is much of it: see <see cref="Data.ReclaimFunction"/>.
/// Ordinarily nothing is done here; the room that compaction leaves is used by the changes that come next.
/// </summary>
internal sealed class Reclaim(NpgsqlDataSource database, SyncMetrics metrics, TimeProvider time, ILogger<Reclaim> log, IHostApplicationLifetime? lifetime = null)
{
    /// <summary>Rows below which it is not worth a lock.</summary>
    const long Least = 50_000;

    /// <summary>Bytes that a removed row has taken at the very least: its header and line pointer.</summary>
    const int SmallestRow = 28;

    /// <summary>Rewrites of the same removed rows: each stops writers for a moment.</summary>
    const int MostTries = 3;

    /// <summary>How often it is tried again while somebody is in the way: PostgreSQL's own vacuum of so many removed rows takes minutes.</summary>
    const int MostWaits = 10;

    /// <summary>A try that waits for a reader keeps writers waiting for half a second.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    const string FileOfTheLog = "SELECT pg_relation_filenode('sync.changes')";

    long _removed;
    int _tries;

    /// <summary>
    /// Returns the bytes given back. Rows that were removed earlier without being reclaimed count again, those that had to be carried over
    /// because somebody's older snapshot could still see them (a dump, a report) included: a few times, because it may also be that new changes
    /// have taken their room already.
    /// </summary>
    public async Task<long> AfterAsync(long removed, CancellationToken cancellationToken)
    {
        var total = Interlocked.Add(ref _removed, removed);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime?.ApplicationStopping ?? CancellationToken.None);
        for (var waits = 0; total >= Least; waits++)
        {
            if (await RunAsync(total, cancellationToken) is { } bytes)
                return bytes;
            if (waits == MostWaits)
                break;
            await Task.Delay(Pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // A host that stops does not wait for this.
            if (either.IsCancellationRequested)
                break;
        }

        return 0;
    }

    /// <summary>One try; null when the tables could not be had.</summary>
    internal async Task<long?> RunAsync(long removed, CancellationToken cancellationToken)
    {
        try
        {
            var (bytes, isRewritten) = await CallAsync(removed, cancellationToken);
            if (!isRewritten)
                return 0;
            if (bytes >= removed * SmallestRow || Interlocked.Increment(ref _tries) >= MostTries)
            {
                Interlocked.Exchange(ref _removed, 0);
                Interlocked.Exchange(ref _tries, 0);
            }

            if (bytes <= 0)
                return 0;
            metrics.Reclaimed(bytes);
            log.LogInformation("Compaction gave {Megabytes} MB back to the disk", bytes / 1_000_000);
            return bytes;
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            return null;
        }
    }

    async Task<(long Bytes, bool IsRewritten)> CallAsync(long removed, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = 0;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(FileOfTheLog));
        batch.BatchCommands.Add(Maintenance.Command("SELECT sync.reclaim($1)", Maintenance.Value(removed)));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(FileOfTheLog));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var before = rows.GetFieldValue<uint>(0);
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var bytes = rows.GetInt64(0);
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return (bytes, rows.GetFieldValue<uint>(0) != before);
    }
}
