namespace Mana.Sync.Tests.Spaces;

/// <summary>A device that goes on from an earlier answer, by either kind of cursor.</summary>
internal sealed class CatchUp(SyncClient device, Answer from, bool opaque)
{
    const int MostPages = 50;
    string _at = opaque ? from.Cursor : from.SyncedUntil;

    /// <summary>Ids of everything that arrives until a page says that it was the last; a read that never ends is a failure.</summary>
    public async Task<List<string>> DrainAsync(string collection = "tasks", int? limit = null)
    {
        var ids = new List<string>();
        for (var page = 0; page < MostPages; page++)
        {
            var answer = (opaque ? await device.PullAsync(collection, cursor: _at, limit: limit) : await device.PullAsync(collection, since: _at, limit: limit)).Ok();
            ids.AddRange(answer.Ids);
            _at = opaque ? answer.Cursor : answer.SyncedUntil;
            if (!answer.HasMore)
                return ids;
        }

        throw new InvalidOperationException($"Still more after {MostPages} pages and {ids.Count} changes.");
    }
}
