using Mana.Sync.Cursors;
using Mana.Sync.Devices;
using Mana.Sync.Replicas;
using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>
/// Pages of a first read, where there are read replicas: the primary says where the page may end and what a standby must have replayed, a standby gives the rows.
/// The answer is the one that the primary could have given: the standby shows at least everything that the primary showed when the request came.
/// </summary>
internal sealed class ColdReader(NpgsqlDataSource primary, ReplicaReads replicas, SyncMetrics metrics, DeviceNotes devices)
{
    /// <summary>Whoever has a scope still to read from its beginning, and is not at the newest position of it.</summary>
    public static bool IsCold(Tenant caller, ReadVector start, ScopeHeads? heads = null)
    {
        for (var i = 0; i < caller.Scopes.Count; i++)
            if (start.At(caller.Scopes[i]) is var at && Position.IsInitial(at) && (heads is null || at < heads.Newest[i]))
                return true;
        return false;
    }

    /// <summary>Not what a bare timestamp stands for: that is decided from states, beside the rows (<see cref="ReadStates.StepOver"/>).</summary>
    public bool Concerns(DeltaRequest request) => !replicas.IsOff && !ReadStates.Concern(request) && IsCold(request.Caller, request.Start.Vector(request.Caller));

    public async Task WriteAsync(DeltaRequest request, AnswerOutput output, string channel, CancellationToken cancellationToken)
    {
        var look = await LookAsync(request, cancellationToken);
        var (heads, start) = (look.Heads, look.Start(request));
        metrics.Lag(heads, start, request.Caller);
        var writer = new DeltaWriter(output, request);
        var (isWritten, cut) = IsCold(request.Caller, start, heads) ? await TryReplicaAsync(request, look.Fence, start, writer, cancellationToken) : (false, null);
        PageEnd end;
        await using (var connection = await primary.OpenConnectionAsync(cancellationToken))
        {
            if (!isWritten)
                cut = await RowsAsync(connection, request, start, writer, request.Caller.EnterReading(), cancellationToken);
            else if (cut is not null)
                await SettleAsync(connection, request.Caller, cancellationToken);
            // As DeltaReader: what lies beyond the horizon comes again next time.
            end = await look.ToldAsync(connection, request, PageEnd.Of(request, start, heads, cut <= heads.Horizon ? cut : null), start, cancellationToken);
        }

        await writer.WriteEndAsync(end, PullService.NoConflicts, cancellationToken);
        metrics.Delivered(writer.Count, channel);
        devices.Read(request.Caller.UserId, request.ClientId, request.Selection.Apps[0], end.Vector.Own);
    }

    /// <summary>
    /// A standby may show a transaction before the primary does: it replays a commit that the primary's own session still waits to be confirmed. For changes that is
    /// harmless, they lie beyond the horizon. But compaction moves fields to a later row of the log, and a reader between the two rows that saw it done, and then
    /// reads on where it is not yet, would have neither. So before a place in the middle of the log is told, the writers under way must have become visible.
    /// </summary>
    public static async Task SettleAsync(NpgsqlConnection primary, Tenant caller, CancellationToken cancellationToken)
    {
        await using var batch = primary.CreateBatch();
        batch.BatchCommands.Add(Horizon.Await(caller));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<ReadLook> LookAsync(DeltaRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await primary.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(request.Caller.EnterReading());
        return await ReadLook.TakeAsync(batch, request, fenced: true, null, cancellationToken);
    }

    /// <summary>Whether the page has its rows, and where it was cut. A standby that fails half-way ends the page there, unless nothing has been sent yet.</summary>
    async Task<(bool IsWritten, long? Cut)> TryReplicaAsync(DeltaRequest request, Fence? fence, ReadVector start, DeltaWriter writer, CancellationToken cancellationToken)
    {
        await using var read = await replicas.OpenAsync(request.Caller, fence, cancellationToken);
        if (read is null)
            return (false, null);
        try
        {
            var cut = await RowsAsync(read.Connection, request, start, writer, null, cancellationToken);
            read.Served();
            return (true, cut);
        }
        catch (Exception exception) when (ReplicaReads.IsFault(exception))
        {
            read.Failed(exception);
            if (writer.TryRestart())
                return (false, null);
            if (writer.Whole == 0)
                throw;
            return (true, writer.Whole);
        }
    }

    static async Task<long?> RowsAsync(
        NpgsqlConnection connection, DeltaRequest request, ReadVector start, DeltaWriter writer, NpgsqlBatchCommand? enter, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        if (enter is not null)
            batch.BatchCommands.Add(enter);
        batch.BatchCommands.Add(DeltaQuery.Rows(request, start, long.MaxValue));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (enter is not null)
            await rows.NextResultAsync(cancellationToken);
        return await writer.WriteRowsAsync(rows, cancellationToken);
    }
}
