using System.Buffers;
using Mana.Sync.Cursors;
using Mana.Sync.Devices;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>
/// Runs a delta read and streams its answer. One round trip for people with their own data only; members of shared spaces need another
/// one, for the common horizon of their scopes.
/// </summary>
internal sealed class DeltaReader(SyncMetrics metrics, DeviceNotes devices)
{
    /// <summary>Writes one page, from the opening brace to the closing one.</summary>
    /// <param name="batch">Sent first; may hold the writes of a push, without results, up to its <c>COMMIT</c>.</param>
    /// <param name="extras">Writes members that only a push has, each with a leading comma.</param>
    /// <param name="channel">For the metric of deliveries.</param>
    /// <param name="committed">Called once what came before the read has taken effect.</param>
    public async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlBatch batch, DeltaRequest request, AnswerOutput output, Action<IBufferWriter<byte>> extras, string channel,
        CancellationToken cancellationToken, Action? committed = null)
    {
        batch.BatchCommands.Add(request.Caller.EnterReading());
        var writer = new DeltaWriter(output, request);
        var end = request.Caller.Shares
            ? await ReadSeveralAsync(connection, batch, request, writer, committed, cancellationToken)
            : await ReadOwnAsync(batch, request, writer, committed, cancellationToken);
        // From here on a slow reader holds nothing but memory.
        await connection.CloseAsync();
        await writer.WriteEndAsync(end, extras, cancellationToken);
        metrics.Delivered(writer.Count, channel);
        devices.Read(request.Caller.UserId, request.ClientId, request.Selection.Apps[0], end.Vector.Own);
    }

    async Task<PageEnd> ReadOwnAsync(NpgsqlBatch batch, DeltaRequest request, DeltaWriter writer, Action? committed, CancellationToken cancellationToken)
    {
        var start = request.Start.Vector(request.Caller);
        batch.BatchCommands.Add(DeltaQuery.Heads(request.Caller));
        batch.BatchCommands.Add(DeltaQuery.Rows(request, start, long.MaxValue));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        committed?.Invoke();
        await rows.NextResultAsync(cancellationToken);
        var heads = await DeltaQuery.ReadHeadsAsync(rows, request.Caller, cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var cut = await writer.WriteRowsAsync(rows, cancellationToken);
        // Rows that committed between the two statements may lie beyond the position read first.
        heads.Newest[0] = Math.Max(heads.Newest[0], writer.Last);
        metrics.Lag(heads, start, request.Caller);
        return PageEnd.Of(request, start, heads, cut);
    }

    async Task<PageEnd> ReadSeveralAsync(
        NpgsqlConnection connection, NpgsqlBatch batch, DeltaRequest request, DeltaWriter writer, Action? committed, CancellationToken cancellationToken)
    {
        var look = await ReadLook.TakeAsync(batch, request, fenced: false, committed, cancellationToken);
        var (heads, start) = (look.Heads, look.Start(request));
        metrics.Lag(heads, start, request.Caller);
        var over = ReadStates.StepOver(request, start);
        PageEnd end;
        await using (var second = connection.CreateBatch())
        {
            second.BatchCommands.Add(request.Caller.EnterReading());
            second.BatchCommands.Add(DeltaQuery.Rows(request, start, long.MaxValue));
            if (over is not null)
                second.BatchCommands.Add(DeltaQuery.Rows(request, over, request.Start.Since + Position.Step));
            await using var rows = await second.ExecuteReaderAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            // What was committed since the horizon was taken is given out as well, and again next time: it may have taken fields out of rows
            // before the horizon (a tie), and whoever reads those must read what they gave way to.
            var cut = await writer.WriteRowsAsync(rows, cancellationToken);
            end = PageEnd.Of(request, start, heads, cut <= heads.Horizon ? cut : null);
            if (over is not null && end.HasMore && cut <= request.Start.Since)
            {
                await rows.NextResultAsync(cancellationToken);
                await writer.WriteAllAsync(rows, cancellationToken);
                end = ReadStates.SteppedOver(request, end);
            }
        }

        return await look.ToldAsync(connection, request, end, start, cancellationToken);
    }
}
