using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Contracts;
using Mana.Kernel.Connections;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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

    /// <summary>Returns when the handshake is through: the socket lives on behind the request, which is let go. (On a server that cannot hand over its connections it lives within.)</summary>
    async Task ServeAsync(HttpContext context, string? appId, string clientId)
    {
        var handover = context.Features.Get<IConnectionHandover>();
        var socket = handover is null ? await context.WebSockets.AcceptWebSocketAsync() : await UpgradeAsync(context, handover.Stream);
        metrics.Opened("ws", StatusCodes.Status101SwitchingProtocols);
        var connection = new SocketConnection(socket, handover is null ? socket.Abort : handover.Abort, appId, time.GetUtcNow().AddSeconds(options.AuthSeconds), time, live);
        var session = new SocketSession(connection, RequestTarget.PathOf(context), clientId, connections.Sockets, verifier, tenancy, revoked, options, live, log);
        if (handover is null)
            await session.RunAsync();
        else
            handover.Continue(session.RunAsync);
    }

    /// <summary>RFC 6455, 4.2.2. The server's own way would tie the socket to the request.</summary>
    async Task<WebSocket> UpgradeAsync(HttpContext context, Stream connection)
    {
        var headers = context.Response.Headers;
#pragma warning disable CA5350 // The RFC asks for SHA-1; nothing is protected by it.
        var accept = SHA1.HashData(Encoding.ASCII.GetBytes(context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        (headers.Connection, headers.Upgrade, headers.SecWebSocketAccept) = ("Upgrade", "websocket", Convert.ToBase64String(accept));
        await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return WebSocket.CreateFromStream(connection, new WebSocketCreationOptions
        {
            IsServer = true,
            KeepAliveInterval = TimeSpan.FromSeconds(options.PingSeconds),
            KeepAliveTimeout = TimeSpan.FromSeconds(2 * options.PingSeconds),
        });
    }

    static ApiError? Handshake(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        if (!HttpMethods.IsGet(request.Method))
        {
            headers.Allow = HttpMethods.Get;
            return new ApiError(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "A WebSocket begins with GET.");
        }

        if (!Holds(request.Headers.Connection, "Upgrade") || !Holds(request.Headers.Upgrade, "websocket") || !HttpProtocol.IsHttp11(request.Protocol))
        {
            (headers.Connection, headers.Upgrade) = ("Upgrade", "websocket");
            return new ApiError(StatusCodes.Status426UpgradeRequired, "upgrade_required", "This path speaks WebSocket only.");
        }

        // A request with a body cannot be upgraded.
        if (context.Features.Get<IConnectionHandover>() is not null && context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest != true)
            return new ApiError(StatusCodes.Status400BadRequest, "invalid_handshake", "A handshake has no body.");
        if (request.Headers.SecWebSocketVersion == "13" && IsKey(request.Headers.SecWebSocketKey))
            return null;
        headers.SecWebSocketVersion = "13";
        return new ApiError(StatusCodes.Status400BadRequest, "invalid_handshake", "Sec-WebSocket-Version must be 13, Sec-WebSocket-Key 16 bytes in base64.");
    }

    static bool IsKey(string? key)
    {
        Span<byte> nonce = stackalloc byte[16];
        return key?.Length == 24 && Convert.TryFromBase64String(key, nonce, out var length) && length == nonce.Length;
    }

    ApiError? Room() => connections.HasRoomForStrangers && !lifetime.ApplicationStopping.IsCancellationRequested ? null : Refusals.Unavailable;

    static bool Holds(Microsoft.Extensions.Primitives.StringValues header, string token) =>
        header.Any(value => value!.Split(',', StringSplitOptions.TrimEntries).Contains(token, StringComparer.OrdinalIgnoreCase));
}
