using System.Buffers;
using Mana.Sync.Cursors;
using Mana.Sync.Replicas;
using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>One change as it is sent, with the table it belongs to.</summary>
internal readonly record struct FeedRow(string Table, ReadOnlyMemory<byte> Json);

/// <summary>One page of a stream.</summary>
/// <param name="Rows">In the order of acceptance; at most a page, save rows that share a position.</param>
internal sealed record FeedPage(IReadOnlyList<FeedRow> Rows, PageEnd End);

/// <summary>Which apps have something new, and up to where the answer holds.</summary>
/// <param name="Heads">Everything up to these positions is committed and visible.</param>
internal sealed record FeedNews(IReadOnlyList<string> Apps, ScopeHeads Heads);

/// <summary>Delta reads for streams: the same rows as a pull, in memory, page by page.</summary>
internal sealed class Feed(NpgsqlDataSource database, ReplicaReads replicas, SyncMetrics metrics)
{
    /// <summary>
    /// A page is kept in memory until its reader has taken it, twice while it is written; large records make it shorter. A person's fifty streams
    /// that are all read as slowly as is allowed must not fill the host's memory. A thousand small changes fit.
    /// </summary>
    internal const int PageBytes = 320 * 1024;

    const string Changed = """
        SELECT a FROM unnest($1::text[]) AS a WHERE EXISTS (
          SELECT FROM unnest($2::text[], $3::bigint[]) AS s (name, after) WHERE EXISTS (
            SELECT FROM sync.changes c WHERE c.scope_id = (SELECT id FROM sync.scopes WHERE name = s.name) AND c.app_id = a AND c.seq > s.after OFFSET 0))
        """;

    /// <summary>Asks of all <paramref name="apps"/> at once which have rows behind <paramref name="after"/>.</summary>
    public async Task<FeedNews> NewsAsync(Tenant caller, IReadOnlyList<string> apps, ReadVector after, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(caller.EnterReading());
        if (caller.Shares)
        {
            batch.BatchCommands.Add(Horizon.Await(caller));
            batch.BatchCommands.Add(Horizon.PassClock(caller));
        }

        batch.BatchCommands.Add(DeltaQuery.Heads(caller));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Changed)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]> { TypedValue = [.. apps] },
                new NpgsqlParameter<string[]> { TypedValue = [.. caller.Scopes.Select(scope => scope.Name)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. caller.Scopes.Select(after.At)] },
            },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        for (var skipped = 0; caller.Shares && skipped < 2; skipped++)
            await rows.NextResultAsync(cancellationToken);
        var heads = await DeltaQuery.ReadHeadsAsync(rows, caller, cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var changed = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            changed.Add(rows.GetString(0));
        return new FeedNews(changed, heads);
    }

    /// <summary>
    /// Reads one page of one app. <paramref name="heads"/> is the answer of <see cref="NewsAsync"/>: what commits later is for the next round,
    /// so that all apps of a stream end at the same positions and one cursor holds for all of them.
    /// </summary>
    public async Task<FeedPage> ReadAsync(DeltaRequest request, ReadVector after, ScopeHeads heads, CancellationToken cancellationToken)
    {
        var rows = !replicas.IsOff && ColdReader.IsCold(request.Caller, after, heads) ? await TryReplicaAsync(request, after, heads, cancellationToken) : null;
        if (rows is null)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            rows = await RowsAsync(connection, request, after, heads, cancellationToken);
        }

        metrics.Lag(heads, after, request.Caller);
        metrics.Delivered(rows.List.Count, "stream");
        return new FeedPage(rows.List, PageEnd.Of(request, after, heads, rows.Cut));
    }

    /// <summary>Null when the primary must be read from. Each page has a fence of its own: the page before may have shown more than the heads of the round.</summary>
    async Task<PageRows?> TryReplicaAsync(DeltaRequest request, ReadVector after, ScopeHeads heads, CancellationToken cancellationToken)
    {
        var fence = await Fence.TakeAsync(database, cancellationToken);
        PageRows page;
        await using (var read = await replicas.OpenAsync(request.Caller, fence, cancellationToken))
        {
            if (read is null)
                return null;
            try
            {
                page = await RowsAsync(read.Connection, request, after, heads, cancellationToken);
                read.Served();
            }
            catch (Exception exception) when (ReplicaReads.IsFault(exception))
            {
                read.Failed(exception);
                return null;
            }
        }

        if (page.Cut is null)
            return page;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ColdReader.SettleAsync(connection, request.Caller, cancellationToken);
        return page;
    }

    static async Task<PageRows> RowsAsync(NpgsqlConnection connection, DeltaRequest request, ReadVector after, ScopeHeads heads, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(request.Caller.EnterReading());
        batch.BatchCommands.Add(DeltaQuery.Rows(request, after, heads.Horizon));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var page = new List<FeedRow>();
        var (last, cut, bytes) = (0L, false, 0);
        while (await rows.ReadAsync(cancellationToken))
        {
            var seq = rows.GetInt64(0);
            if (cut = (page.Count >= request.PageSize || bytes >= PageBytes) && seq != last)
                break;
            last = seq;
            var json = new ArrayBufferWriter<byte>(512);
            ChangeJson.Write(json, rows);
            bytes += json.WrittenCount;
            page.Add(new FeedRow(rows.GetString(3), json.WrittenMemory));
        }

        return new PageRows(page, cut ? last : null);
    }

    sealed record PageRows(List<FeedRow> List, long? Cut);
}
