using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Outbound;
using Mana.Kernel.Outbox;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Oidc.Logout;

/// <summary>One client is owed the end of one session.</summary>
internal sealed record BackChannelLogoutOwed(string ClientId, string UserId, string SessionId) : IManaEvent
{
    public static string Name => "auth.backchannel_logout_owed";
}

/// <summary>A session ended, however: the tokens that clients got in it end too, and those that want to know are told (Back-Channel Logout 2.6).</summary>
internal sealed class EndedSessions(AuthDbContext database, GrantRevocation revocation, LogoutDebts debts) : IManaEventHandler<SessionRevoked>
{
    public async Task HandleAsync(SessionRevoked happened, EventContext context, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await revocation.RevokeSessionAsync(happened.SessionId, GrantRevocation.SessionEnded, cancellationToken);
        await debts.OweSessionAsync(happened.SessionId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}

/// <summary>Tells one client. The outbox tries again, later and later, until it has listened; a client that refuses for good is not asked again.</summary>
internal sealed class BackChannelLogout(ClientDirectory clients, LogoutTokens tokens, OutboundClient outbound, AuthMetrics metrics, ILogger<BackChannelLogout> log) : IManaEventHandler<BackChannelLogoutOwed>
{
    public async Task HandleAsync(BackChannelLogoutOwed happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await clients.FindAsync(happened.ClientId, cancellationToken) is not { BackchannelLogoutUri: { } address } client)
            return;
        var token = await tokens.MintAsync(client, happened.UserId, happened.SessionId, context.EventId.ToString("N"), cancellationToken);
        var status = await outbound.PostFormAsync(new Uri(address), [KeyValuePair.Create("logout_token", token)], cancellationToken);
        var result = (int)status switch
        {
            >= 200 and < 300 => "done",
            408 or 429 or >= 500 => "failed",
            _ => "refused",
        };
        metrics.Oidc("backchannel_logout", result);
        if (result == "failed")
            throw new HttpRequestException($"The client answered {(int)status}.", null, status);
        if (result == "refused")
            log.LogWarning("Client {ClientId} refused a logout token with {Status}", client.ClientId, (int)status);
    }
}
