using Mana.Sync.Live.Hosts;

namespace Mana.Sync.Live;

/// <summary>What the rest of the module says about people who may be connected, to any host. Returns when every host has been or will be told.</summary>
internal interface ILiveSignals
{
    Task MembershipsChangedAsync(string userId, CancellationToken cancellationToken);

    Task SessionRevokedAsync(string sessionId, string userId, CancellationToken cancellationToken);

    /// <summary>The subscription began, paused or ended: running streams are put before <see cref="Streams.IStreamGate"/> again.</summary>
    Task EntitlementChangedAsync(string userId, CancellationToken cancellationToken);
}

internal sealed class LiveSignals(LiveReactions reactions, IBackplane backplane) : ILiveSignals
{
    public Task MembershipsChangedAsync(string userId, CancellationToken cancellationToken) => TellAsync(new LiveSignal.Memberships(userId), cancellationToken);

    public Task SessionRevokedAsync(string sessionId, string userId, CancellationToken cancellationToken) =>
        TellAsync(new LiveSignal.Session(userId, sessionId), cancellationToken);

    public Task EntitlementChangedAsync(string userId, CancellationToken cancellationToken) => TellAsync(new LiveSignal.Entitlement(userId), cancellationToken);

    Task TellAsync(LiveSignal signal, CancellationToken cancellationToken)
    {
        reactions.On(signal);
        return backplane.SendAsync(signal, cancellationToken);
    }
}
