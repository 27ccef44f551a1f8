using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Devices;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mana.Sync.Live.Streams;

/// <summary>Lets a stream in, and runs it until either side ends it (sync.md 8).</summary>
internal sealed class StreamEndpoint(
    Connections connections, Tenancy tenancy, RevokedSessions revoked, Memberships memberships, Feed feed, StreamReads reads, IStreamGate gate, DeviceNotes devices, LiveOptions options,
    LiveMetrics live, SyncMetrics metrics, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<StreamSession> log)
{
    static readonly ApiError SignedOut = new(StatusCodes.Status401Unauthorized, "unauthorized", "This session was signed out.");

    static readonly ApiError TooMany = new(StatusCodes.Status429TooManyRequests, "rate_limited", "This account has too many open streams on this connection.")
    {
        RetryAfterSeconds = 30,
    };

    /// <summary>Null when the stream has been served, else the refusal.</summary>
    public async Task<ApiError?> RunAsync(HttpContext context, CurrentUser user, StreamQuery query)
    {
        if (revoked.Contains(user.SessionId))
            return SignedOut;
        if (!connections.HasRoom || lifetime.ApplicationStopping.IsCancellationRequested)
            return Refusals.Unavailable;
        if (query.NamesApp && !await gate.MayStreamAsync(user.UserId, query.Selection.Apps, context.RequestAborted))
            return SyncError.SyncInactive();

        var tenant = await tenancy.OfAsync(user.UserId, context.RequestAborted);
        var connection = new StreamConnection(query.Selection, time.GetUtcNow(), TimeSpan.FromSeconds(options.HeartbeatSeconds), live);
        connections.Streams.Add(connection);
        try
        {
            if (!connections.Streams.TryIdentify(connection, LiveIdentity.Of(user, query.ClientId, tenant), options.StreamsPerUser))
                return TooMany;
            // What changed about the person before the connection could be found was told to nobody.
            await memberships.RefreshAsync(connection, context.RequestAborted);
            if (revoked.Contains(user.SessionId))
                return SignedOut;
            metrics.Opened("stream", StatusCodes.Status200OK);
            var output = new StreamOutput(context, time);
            await new StreamSession(connection, query, query.Start.Vector(tenant), output, feed, reads, memberships, gate, devices, log).RunAsync(context.RequestAborted);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The usual end: the device went away, or was cut off because it does not read.
        }
        finally
        {
            connections.Streams.Remove(connection);
        }

        return null;
    }
}
