using Mana.Sync.Live;

namespace Mana.Sync;

internal sealed class Silence : IAnnouncements
{
    public void Announce(Announcement announcement)
    {
    }
}
