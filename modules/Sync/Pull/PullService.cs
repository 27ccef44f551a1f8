using System.Buffers;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>One delta read of one collection (sync.md 7).</summary>
internal sealed class PullService(NpgsqlDataSource database, DeltaReader reader, ColdReader cold)
{
    public async Task WriteAsync(DeltaRequest request, AnswerOutput output, CancellationToken cancellationToken)
    {
        if (cold.Concerns(request))
        {
            await cold.WriteAsync(request, output, "pull", cancellationToken);
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        await reader.WriteAsync(connection, batch, request, output, NoConflicts, "pull", cancellationToken);
    }

    public static void NoConflicts(IBufferWriter<byte> output) => output.Write(",\"conflicts\":[]"u8);
}
