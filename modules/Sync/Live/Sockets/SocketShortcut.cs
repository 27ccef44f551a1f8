using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Live.Sockets;

/// <summary>
/// Takes good handshakes off the pipeline before it begins. A socket lives for hours, and every middleware around it would keep its frame
/// on the heap for as long: several kilobytes for each idle device. What is no good handshake goes the long way and is refused by the
/// endpoint, with all headers that answers carry.
/// </summary>
internal sealed class SocketShortcut(SocketEndpoint sockets) : IStartupFilter
{
    static readonly PathString Root = "/ws";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseWebSockets();
        app.Use(rest => context => AppOf(context, out var appId) ? sockets.AcceptAsync(context, appId, rest) : rest(context));
        next(app);
    };

    /// <summary><c>/ws</c> or <c>/ws/{appId}</c>, exactly.</summary>
    static bool AppOf(HttpContext context, out string? appId)
    {
        appId = null;
        if (!context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal, out var rest) || !context.WebSockets.IsWebSocketRequest)
            return false;
        if (!rest.HasValue)
            return true;
        appId = rest.Value![1..];
        return appId.Length > 0 && !appId.Contains('/', StringComparison.Ordinal);
    }
}
