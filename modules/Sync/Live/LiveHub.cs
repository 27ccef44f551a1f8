using Mana.Sync.Live.Hosts;

namespace Mana.Sync.Live;

/// <summary>
/// Spreads announcements: to the connections of this host at once, to the other hosts through the backplane. Knows no database and waits
/// for nothing, because it is called from a push that has committed.
/// </summary>
internal sealed class LiveHub(Connections connections, IBackplane backplane, LiveMetrics metrics, TimeProvider time) : IAnnouncements
{
    public void Announce(Announcement announcement)
    {
        Spread(announcement);
        backplane.Announce(announcement);
    }

    /// <summary>To the connections of this host only.</summary>
    public void Spread(Announcement announcement)
    {
        foreach (var connection in connections.Of(announcement.Scope))
            connection.Hear(announcement);
        metrics.Spread(time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddMicroseconds(announcement.Position));
    }
}
