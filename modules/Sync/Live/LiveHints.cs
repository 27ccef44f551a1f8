using Mana.Sync.Contracts;
using Mana.Sync.Spaces;

namespace Mana.Sync.Live;

internal sealed class LiveHints(IAnnouncements announcements, TimeProvider time) : ILiveHints
{
    public void Announce(string userId, string appId, IReadOnlyList<string> tables)
    {
        var position = (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        announcements.Announce(new Announcement(ScopeNames.OfUser(userId), appId, tables, userId, "", position, null));
    }
}
