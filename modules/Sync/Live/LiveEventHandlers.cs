using Mana.Auth.Contracts;
using Mana.Kernel.Outbox;

namespace Mana.Sync.Live;

/// <summary>
/// Events of Auth that reach into open connections. The outbox delivers an event to one host, which tells the others; each may arrive
/// twice, and does the same again.
/// </summary>
internal sealed class LiveEventHandlers(ILiveSignals signals) :
    IManaEventHandler<SessionRevoked>, IManaEventHandler<SpaceMemberAdded>, IManaEventHandler<SpaceMemberRemoved>, IManaEventHandler<SpaceRoleChanged>,
    IManaEventHandler<SpaceDeleted>
{
    public Task HandleAsync(SessionRevoked happened, EventContext context, CancellationToken cancellationToken) =>
        signals.SessionRevokedAsync(happened.SessionId, happened.UserId, cancellationToken);

    public Task HandleAsync(SpaceMemberAdded happened, EventContext context, CancellationToken cancellationToken) =>
        signals.MembershipsChangedAsync(happened.UserId, cancellationToken);

    public Task HandleAsync(SpaceMemberRemoved happened, EventContext context, CancellationToken cancellationToken) =>
        signals.MembershipsChangedAsync(happened.UserId, cancellationToken);

    public Task HandleAsync(SpaceRoleChanged happened, EventContext context, CancellationToken cancellationToken) =>
        signals.MembershipsChangedAsync(happened.UserId, cancellationToken);

    public async Task HandleAsync(SpaceDeleted happened, EventContext context, CancellationToken cancellationToken)
    {
        foreach (var member in happened.FormerMembers)
            await signals.MembershipsChangedAsync(member, cancellationToken);
    }
}
