using Mana.Kernel.Errors;
using Mana.Sync.Cursors;
using Mana.Sync.Wire;

namespace Mana.Sync.Live.Streams;

/// <summary>Where a client says a stream shall start; the first that is not empty wins.</summary>
/// <param name="LastEventId">What a reconnecting <c>EventSource</c> repeats: the <c>id:</c> it saw last.</param>
internal readonly record struct StreamStart(string? LastEventId, string? Cursor, string? Since);

/// <summary>What a client asks a stream for (sync.md 8.1, 8.6).</summary>
/// <param name="NamesApp">The stream of several apps: every event says which one it is about.</param>
internal sealed record StreamQuery(Selection Selection, ReadStart Start, string ClientId, bool NamesApp)
{
    public const int MostApps = 100;
    public const int MostCollections = 100;

    public static (StreamQuery? Query, ApiError? Error) OfApp(string appId, string? collections, StreamStart start, string clientId, string userId) =>
        Of([appId], collections, start, clientId, userId, namesApp: false);

    public static (StreamQuery? Query, ApiError? Error) OfApps(string? apps, string? collections, StreamStart start, string clientId, string userId)
    {
        var named = Items(apps);
        return named.Length == 0
            ? (null, new ApiError(400, "missing_parameter", "apps must name at least one app, separated by commas."))
            : Of(named, collections, start, clientId, userId, namesApp: true);
    }

    static (StreamQuery? Query, ApiError? Error) Of(string[] apps, string? collections, StreamStart start, string clientId, string userId, bool namesApp)
    {
        var selection = Selection.Of(apps, Items(collections));
        if (Refusal(selection, clientId) is { } refused)
            return (null, refused);
        var cursor = start.LastEventId is { Length: > 0 } last ? last : start.Cursor;
        var (position, invalid) = ReadStart.Resolve(cursor, start.Since, userId, selection);
        return invalid is null ? (new StreamQuery(selection, position, clientId, namesApp), null) : (null, invalid);
    }

    static ApiError? Refusal(Selection selection, string clientId)
    {
        if (selection.Apps.Count > MostApps)
            return SyncError.LimitExceeded("apps", MostApps);
        if (selection.Collections.Count > MostCollections)
            return SyncError.LimitExceeded("collections", MostCollections);
        return selection.Apps.Select(app => ParameterRules.Check(app, clientId)).FirstOrDefault(error => error is not null)
            ?? selection.Collections.Select(ParameterRules.CheckCollection).FirstOrDefault(error => error is not null);
    }

    static string[] Items(string? list) => (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
