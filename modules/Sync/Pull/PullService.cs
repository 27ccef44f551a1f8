using System.IO.Pipelines;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>One delta read: one round trip to PostgreSQL, one implicit transaction.</summary>
internal sealed class PullService(NpgsqlDataSource database, SyncMetrics metrics)
{
    public async Task WriteAsync(DeltaRequest request, PipeWriter output, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        DeltaQuery.Append(batch, request);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var delivered = await DeltaWriter.WriteAsync(output, rows, request, NoConflicts, cancellationToken);
        metrics.Delivered(delivered, "pull");
    }

    static void NoConflicts(System.Buffers.IBufferWriter<byte> output) => System.Buffers.BuffersExtensions.Write(output, ",\"conflicts\":[]"u8);
}
