using Mana.Auth.Contracts;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mana.Sync.Live.Sockets;

/// <summary>Turns a request into a socket, or refuses it the way the original's upgrade code did (sync.md 1).</summary>
internal sealed class SocketEndpoint(
    Connections connections, IAccessTokenVerifier verifier, Tenancy tenancy, RevokedSessions revoked, LiveOptions options, LiveMetrics live, SyncMetrics metrics, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<SocketSession> log)
{
    public async Task<ApiError?> RunAsync(HttpContext context, string? appId, string clientId)
    {
        if ((Handshake(context) ?? ParameterRules.Check(appId ?? "", clientId) ?? Room()) is { } refused)
        {
            metrics.Opened("ws", refused.StatusCode);
            return refused;
        }

        await ServeAsync(context, appId, clientId);
        return null;
    }

    /// <summary>The same without any frame in between; what is to be refused is left to <paramref name="otherwise"/>.</summary>
    public Task AcceptAsync(HttpContext context, string? appId, RequestDelegate otherwise)
    {
        var clientId = context.Request.Query["clientId"].ToString();
        return (Handshake(context) ?? ParameterRules.Check(appId ?? "", clientId) ?? Room()) is null ? ServeAsync(context, appId, clientId) : otherwise(context);
    }

    async Task ServeAsync(HttpContext context, string? appId, string clientId)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = TimeSpan.FromSeconds(options.PingSeconds),
            KeepAliveTimeout = TimeSpan.FromSeconds(2 * options.PingSeconds),
        });
        metrics.Opened("ws", StatusCodes.Status101SwitchingProtocols);
        var connection = new SocketConnection(socket, appId, time.GetUtcNow().AddSeconds(options.AuthSeconds), time, live);
        await new SocketSession(connection, RequestTarget.PathOf(context), clientId, connections.Sockets, verifier, tenancy, revoked, options, live, log).RunAsync();
    }

    static ApiError? Handshake(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        if (!HttpMethods.IsGet(request.Method))
        {
            headers.Allow = HttpMethods.Get;
            return new ApiError(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "A WebSocket begins with GET.");
        }

        if (!Holds(request.Headers.Connection, "Upgrade") || !Holds(request.Headers.Upgrade, "websocket"))
        {
            (headers.Connection, headers.Upgrade) = ("Upgrade", "websocket");
            return new ApiError(StatusCodes.Status426UpgradeRequired, "upgrade_required", "This path speaks WebSocket only.");
        }

        if (context.WebSockets.IsWebSocketRequest)
            return null;
        headers.SecWebSocketVersion = "13";
        return new ApiError(StatusCodes.Status400BadRequest, "invalid_handshake", "Sec-WebSocket-Version must be 13, Sec-WebSocket-Key 16 bytes in base64.");
    }

    ApiError? Room() => connections.HasRoomForStrangers && !lifetime.ApplicationStopping.IsCancellationRequested ? null : Refusals.Unavailable;

    static bool Holds(Microsoft.Extensions.Primitives.StringValues header, string token) =>
        header.Any(value => value!.Split(',', StringSplitOptions.TrimEntries).Contains(token, StringComparer.OrdinalIgnoreCase));
}
