namespace Mana.Sync.Tests.Cursors;

public enum CursorKind
{
    /// <summary><c>since</c> and <c>syncedUntil</c>: what every client knows.</summary>
    Timestamp,

    /// <summary><c>cursor</c>.</summary>
    Opaque,
}

/// <summary>Walking from one answer to the next, as a client of either generation does.</summary>
internal static class Paging
{
    public static Task<Answer> PullAfterAsync(this SyncClient device, Answer previous, CursorKind kind, string collection = "tasks", int? limit = null) =>
        kind == CursorKind.Opaque
            ? device.PullAsync(collection, cursor: previous.Cursor, limit: limit)
            : device.PullAsync(collection, previous.SyncedUntil, limit: limit);

    public static Task<Answer> PushAfterAsync(this SyncClient device, Answer previous, CursorKind kind, string changes = "") =>
        kind == CursorKind.Opaque
            ? device.PushAsync(changes, more: $"\"cursor\":\"{previous.Cursor}\"")
            : device.PushAsync(changes, previous.SyncedUntil);

    /// <summary>The ids of everything from the beginning, page by page.</summary>
    public static async Task<List<string>> PullAllAsync(this SyncClient device, CursorKind kind, int? limit = null)
    {
        var answer = (await device.PullAsync(limit: limit)).Ok();
        var ids = answer.Ids.ToList();
        while (answer.HasMore)
        {
            answer = (await device.PullAfterAsync(answer, kind, limit: limit)).Ok();
            ids.AddRange(answer.Ids);
        }

        return ids;
    }
}
