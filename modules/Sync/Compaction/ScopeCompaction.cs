using System.Diagnostics;
using Mana.Sync.Merge;
using Npgsql;

namespace Mana.Sync.Compaction;

/// <summary>What was done in one scope.</summary>
internal sealed record ScopeReport(long Examined, long Removed, long Folded, int Trimmed);

/// <summary>
/// Compacts one scope: walks its old rows in the order of acceptance, a few hundred at a time, each time in a transaction that holds the
/// scope's lock for some milliseconds, so that no push merges into what is being folded.
/// </summary>
internal sealed class ScopeCompaction(NpgsqlDataSource database, long scopeId, string scope)
{
    /// <summary>Rows per transaction: few milliseconds of lock, which a push of the same person waits for.</summary>
    const int RowsPerStep = 150;

    static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(100);

    public async Task<ScopeReport> RunAsync(long foldUntil, long trimUntil, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var sql = new CompactionSql(connection, scopeId, scope);
        var (compacted, trimmed, apps) = await sql.BeginAsync(cancellationToken);
        var (examined, removed, folded, emptied) = (0L, 0L, 0L, 0);
        var looked = false;
        foreach (var app in apps)
        {
            // Most scopes have nothing of that age: they are not locked.
            var folds = compacted < foldUntil && await sql.HasRowsAsync(app, compacted, foldUntil, cancellationToken);
            for (var after = compacted; folds && after < foldUntil;)
            {
                var started = Stopwatch.GetTimestamp();
                var step = await FoldStepAsync(sql, app, after, foldUntil, cancellationToken);
                await RestAsync(Stopwatch.GetElapsedTime(started), cancellationToken);
                (examined, removed, folded, after) = (examined + step.Examined, removed + step.Removed, folded + step.Folded, step.Until);
            }

            var trims = trimUntil > trimmed && await sql.HasRowsAsync(app, trimmed, trimUntil, cancellationToken);
            if (trims)
                emptied += await TrimAsync(sql, app, trimmed, trimUntil, cancellationToken);
            looked |= folds || trims;
        }

        // Nothing lies between the marks and where they would move to.
        if (looked)
            await sql.FinishAsync(foldUntil, trimUntil, cancellationToken);
        return new ScopeReport(examined, removed, folded, emptied);
    }

    static async Task<(long Examined, long Removed, long Folded, long Until)> FoldStepAsync(
        CompactionSql sql, string app, long after, long foldUntil, CancellationToken cancellationToken)
    {
        await using var transaction = await sql.LockAsync(cancellationToken);
        var rows = await sql.OldRowsAsync(app, after, foldUntil, RowsPerStep, cancellationToken);
        // What lies behind a cut step is for the next one; a record that appears in both is simply folded twice.
        var until = rows.Count < RowsPerStep ? foldUntil : rows.Max(row => row.Row.Seq);
        var records = rows.GroupBy(row => row.Key).Where(record => record.Skip(1).Any() || NeedsWork(record.Single().Row)).ToList();
        if (records.Count == 0)
            return (rows.Count, 0, 0, until);

        var earlier = await sql.EarlierRowsAsync(app, [.. records.Select(record => record.Min(row => row.Row.Seq))], cancellationToken);
        var states = await sql.StatesAsync(app, [.. records.Select(record => record.Key)], cancellationToken);
        var (into, gone) = (new List<(FoldedRow Row, RecordState State)>(), new List<long>());
        foreach (var record in records)
        {
            if (!states.TryGetValue(record.Key, out var state))
                continue;
            var all = record.Select(row => row.Row).Concat(earlier[record.Key].Select(row => row.Row)).OrderBy(row => row.Seq).ToList();
            var folded = Fold.Of(all, state);
            gone.AddRange(folded.Removed);
            if (folded.Into is { } row)
                into.Add((row, state));
        }

        await sql.WriteAsync(app, into.ConvertAll(pair => pair.Row), gone, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (rows.Count, gone.Count, into.Count, until);
    }

    /// <summary>Empties tombstones that nobody is expected to take back any more; the markers stay. Returns how many.</summary>
    static async Task<int> TrimAsync(CompactionSql sql, string app, long after, long until, CancellationToken cancellationToken)
    {
        var emptied = 0;
        foreach (var keys in (await sql.DeletedAsync(app, after, until, cancellationToken)).Chunk(RowsPerStep))
        {
            await using var transaction = await sql.LockAsync(cancellationToken);
            var states = await sql.StatesAsync(app, keys, cancellationToken);
            var marked = states.Select(record => (record.Key, State: Fold.Emptied(record.Value, until))).Where(record => record.State is not null).ToList();
            await sql.EmptyAsync(app, marked.ConvertAll(record => (record.Key, record.State!)), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            emptied += marked.Count;
        }

        return emptied;
    }

    /// <summary>As long as the step took: pushes have half of what a core can do, however much there is to fold. A clock of the application that stands must not stop it.</summary>
    static Task RestAsync(TimeSpan worked, CancellationToken cancellationToken) =>
        Task.Delay(worked < LongestRest ? worked : LongestRest, TimeProvider.System, cancellationToken);

    static bool NeedsWork(OldRow row) => row.PreviousSeq is not null || row.HasLost || !row.Delivers;
}
