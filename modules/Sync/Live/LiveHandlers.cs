using Mana.Kernel.Identity;
using Mana.Sync.Live.Sockets;
using Mana.Sync.Live.Streams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Sync.Live;

/// <summary>From HTTP to the live channels.</summary>
internal static class LiveHandlers
{
    public static async Task<IResult> StreamAppAsync(
        string appId, CurrentUser user, HttpContext context, StreamEndpoint streams, string? collections, string? since, string? cursor,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId, [FromHeader(Name = "X-Client-Id")] string? clientId)
    {
        var (query, error) = StreamQuery.OfApp(appId, collections, new StreamStart(lastEventId, cursor, since), clientId ?? "", user.UserId);
        return error ?? (IResult?)await streams.RunAsync(context, user, query!) ?? Results.Empty;
    }

    public static async Task<IResult> StreamAppsAsync(
        CurrentUser user, HttpContext context, StreamEndpoint streams, string? apps, string? collections, string? since, string? cursor,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId, [FromHeader(Name = "X-Client-Id")] string? clientId)
    {
        var (query, error) = StreamQuery.OfApps(apps, collections, new StreamStart(lastEventId, cursor, since), clientId ?? "", user.UserId);
        return error ?? (IResult?)await streams.RunAsync(context, user, query!) ?? Results.Empty;
    }

    /// <summary>Of one app, or, on the path that names none, of all.</summary>
    public static async Task<IResult> SocketAsync(HttpContext context, SocketEndpoint sockets, string? clientId) =>
        await sockets.RunAsync(context, context.GetRouteValue("appId") as string, clientId ?? "") is { } refused ? refused : Results.Empty;
}
