using System.Runtime.CompilerServices;
using Mana.Sync.Push;

namespace Mana.Sync.Import;

/// <summary>A row that is ready to be stored.</summary>
internal sealed record PlannedRow(OriginalRow Row, PlannedChange Change, string AppId, string Scope);

/// <summary>Rows of the original that are dealt with in one transaction, in their order.</summary>
internal sealed class Chunk
{
    public List<PlannedRow> Rows { get; } = [];

    public Tally Tally { get; } = new();

    /// <summary>The last row of the chunk, also when it was skipped; null when it has no time, or one that has not come yet.</summary>
    public Bookmark? End { get; set; }

    public int Read { get; set; }

    public long Bytes { get; set; }
}

/// <summary>Reads, interprets and routes the rows of the original.</summary>
internal sealed class OriginalChunks(OriginalTable table, Routing routing, Renaming renaming)
{
    /// <summary>Rows may be large; a chunk is held in memory, and sent as one request.</summary>
    const long ChunkBytes = 8 * 1024 * 1024;

    public async IAsyncEnumerable<Chunk> ReadAsync(Bookmark? from, int batchSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var chunk = new Chunk();
        await foreach (var row in table.RowsAsync(from, cancellationToken))
        {
            await AddAsync(chunk, row, cancellationToken);
            if (chunk.Read < batchSize && chunk.Bytes < ChunkBytes)
                continue;
            yield return chunk;
            chunk = new Chunk();
        }

        if (chunk.Read > 0)
            yield return chunk;
    }

    async ValueTask AddAsync(Chunk chunk, OriginalRow row, CancellationToken cancellationToken)
    {
        var (app, collection) = renaming.Of(row.AppId, row.Table);
        chunk.Read++;
        chunk.Bytes += (row.Data?.Length ?? 0) + (row.Meta?.Length ?? 0) + 256;
        if (row is { CreatedAt: { } micros, Seen: false, IsAhead: false })
            chunk.End = new Bookmark(DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), row.Id);
        chunk.Tally.App(app).Read++;
        var reading = RowReader.Read(row, chunk.Read);
        if (reading.Change is not { } change)
        {
            chunk.Tally.App(app).Skipped++;
            chunk.Tally.Skip(reading.Skipped!, row.Id);
            return;
        }

        change.Table = collection;
        // The original stored no edits with a delete, so every row of it is one change.
        var planned = Interpreter.Plan(change).Single();
        (planned.Scope, var remark) = await routing.ScopeOfAsync(row.UserId, planned.SpaceId, cancellationToken);
        planned.EventId = row.Id;
        chunk.Rows.Add(new PlannedRow(row, planned, app, planned.Scope));
        foreach (var found in reading.Remarks)
            chunk.Tally.Remark(found, row.Id);
        if (remark is not null)
            chunk.Tally.Remark(remark, row.Id);
    }
}
