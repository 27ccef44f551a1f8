using Mana.Devices;

namespace Mana.Sync.Tests.Compaction;

/// <summary>A device that only reads, and applies what it reads as clients do.</summary>
internal sealed class Reader(SyncClient device)
{
    string? _cursor;

    public LocalStore Store { get; } = new(Generation.Modern);

    /// <summary>Reads at most so many pages, fewer when there is nothing left.</summary>
    public async Task ReadAsync(int limit, int pages)
    {
        for (var more = true; more && pages > 0; pages--)
            more = Take(_cursor is null ? await device.PullAsync(limit: limit) : await device.PullAsync(cursor: _cursor, limit: limit));
    }

    /// <summary>The state view, then whatever changed meanwhile.</summary>
    public async Task ReadStateAsync(int limit)
    {
        while (Take(await device.GetAsync($"collection=tasks&view=state&limit={limit}{(_cursor is null ? "" : "&cursor=" + _cursor)}")))
        {
            // Next page.
        }

        await ReadAsync(limit, int.MaxValue);
    }

    bool Take(Answer answer)
    {
        foreach (var change in answer.Ok().Changes)
            Store.Apply(change!, "2026-01-01T00:00:00.000Z");
        _cursor = answer.Cursor;
        return answer.HasMore;
    }
}
