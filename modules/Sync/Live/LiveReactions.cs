using Mana.Sync.Gate;
using Mana.Sync.Live.Hosts;
using Mana.Sync.Live.Streams;
using Mana.Sync.Spaces;

namespace Mana.Sync.Live;

/// <summary>What this host does about a signal, whichever host it came from.</summary>
internal sealed class LiveReactions(Connections connections, Tenancy tenancy, Memberships memberships, RevokedSessions revoked, SessionSweep sessions, EntitlementGate gate)
{
    public void On(LiveSignal signal)
    {
        switch (signal)
        {
            case LiveSignal.Memberships changed:
                // In this order: whoever registers after the look at the roster asks again, and is given a new answer.
                tenancy.Forget(changed.UserId);
                memberships.Refresh(changed.UserId);
                break;
            case LiveSignal.Session session:
                revoked.Add(session.SessionId);
                foreach (var connection in connections.OfUser(session.UserId))
                    if (connection.Identity?.SessionId == session.SessionId)
                        connection.End(LiveEnd.SessionRevoked);
                break;
            case LiveSignal.Entitlement entitlement:
                gate.Forget(entitlement.UserId);
                foreach (var stream in connections.Streams.OfUser(entitlement.UserId).OfType<StreamConnection>())
                    stream.AskGate();
                break;
        }
    }

    /// <summary>An unknown number of signals and announcements was missed: nothing that is remembered about anyone may be relied on.</summary>
    /// <param name="since">Position from before the loss, µs.</param>
    public void Everything(long since)
    {
        tenancy.ForgetAll();
        gate.ForgetAll();
        foreach (var stream in connections.Streams.All().OfType<StreamConnection>())
        {
            stream.Wake();
            stream.AskGate();
        }

        memberships.RefreshAll(since);
        sessions.Wake();
    }
}
