using Mana.Auth.Contracts;
using Mana.Kernel.Identity;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.Extensions.Logging;

namespace Mana.Sync.Live.Sockets;

/// <summary>What a client says on its socket, and what becomes of it: the in-band sign-in of sync.md 9, and pings.</summary>
/// <param name="path">Of the request that opened the socket, for which a proof of possession must have been made.</param>
/// <param name="clientId">From the address; one in the auth message wins.</param>
internal sealed class SocketSession(
    SocketConnection connection, string path, string clientId, Roster roster, IAccessTokenVerifier verifier, Tenancy tenancy, RevokedSessions revoked, LiveOptions options,
    LiveMetrics metrics, ILogger<SocketSession> log)
{
    public async Task RunAsync()
    {
        roster.Add(connection);
        try
        {
            await SocketReader.RunAsync(connection, HandleAsync);
        }
        finally
        {
            roster.Remove(connection);
            connection.Socket.Dispose();
        }
    }

    Task HandleAsync(ReadOnlyMemory<byte> message) => SocketCommand.Parse(message) switch
    {
        SocketCommand.Ping => connection.ReplyAsync(SocketMessages.Pong),
        SocketCommand.Auth { Token.Length: 0 } => RefuseAsync("missing", "missing token", "Send the access token in \"token\"."),
        SocketCommand.Auth auth => AuthenticateAsync(auth),
        _ => Task.CompletedTask,
    };

    async Task AuthenticateAsync(SocketCommand.Auth auth)
    {
        try
        {
            await (await VerifyAsync(auth) switch
            {
                TokenVerdict.Valid valid when revoked.Contains(valid.User.SessionId) => RefuseAsync("revoked", "session revoked", "This session was signed out.", 1008),
                TokenVerdict.Valid valid => IdentifyAsync(valid.User, DeviceOf(auth)),
                TokenVerdict.Invalid { Reason: "subject" } => RefuseAsync("subject", "missing subject", "The token names no user.", 1008),
                TokenVerdict.Invalid { Reason: "session" } => RefuseAsync("revoked", "session revoked", "This session was signed out.", 1008),
                TokenVerdict.Invalid invalid => RefuseAsync(invalid.Reason, "invalid token", "The token was not accepted.", 1008),
                TokenVerdict.Expired => RefuseAsync("expired", "invalid token", "The token has expired.", 1008),
                _ => RefuseAsync("keys", "try again later", "Tokens cannot be checked at the moment.", 1013),
            });
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            log.LogWarning("A socket could not be authenticated ({Kind})", exception.GetType().Name);
            await RefuseAsync("unavailable", "try again later", "The service has lost a connection it needs.", 1013);
        }
    }

    ValueTask<TokenVerdict> VerifyAsync(SocketCommand.Auth auth) => auth.Proof is { } proof
        ? verifier.VerifyAsync(auth.Token, new PossessionProof(proof, "GET", path), CancellationToken.None)
        : verifier.VerifyAsync(auth.Token, CancellationToken.None);

    async Task IdentifyAsync(CurrentUser user, string device)
    {
        var tenant = await tenancy.OfAsync(user.UserId, CancellationToken.None);
        connection.Prepare(SocketMessages.AuthOk);
        if (!roster.TryIdentify(connection, LiveIdentity.Of(user, device, tenant), options.SocketsPerUser))
        {
            connection.Prepare(null);
            await RefuseAsync("too_many", "too many connections", "This account has too many open connections.", 1008);
            return;
        }

        // A membership that changed before the connection stood in the roster was told to nobody; the answer has been forgotten since, though.
        if (connection.Identity is { } identity && await tenancy.OfAsync(user.UserId, CancellationToken.None) is var again && !ReferenceEquals(again, identity.Tenant))
            roster.TryReplace(connection, identity, identity with { Tenant = again });
        await connection.Wake();
        // Likewise: asked after the connection can be found by whoever ends the session.
        if (revoked.Contains(user.SessionId))
            connection.End(LiveEnd.SessionRevoked);
    }

    async Task RefuseAsync(string reason, string code, string message, int? close = null)
    {
        metrics.AuthFailed(reason);
        await connection.ReplyAsync(SocketMessages.Error(code, message));
        if (close is { } status)
            await connection.CloseAsync(status, code);
    }

    /// <summary>A device id that no push could carry excludes nobody.</summary>
    string DeviceOf(SocketCommand.Auth auth) => auth.ClientId is { Length: > 0 and <= Limits.NameChars } named ? named : clientId;
}
