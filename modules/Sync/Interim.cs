using Mana.Auth.Contracts;
using Mana.Sync.Live;

namespace Mana.Sync;

internal sealed class Silence : IAnnouncements
{
    public void Announce(Announcement announcement)
    {
    }
}

internal sealed class NoSpaces : ISpaceDirectory
{
    public ValueTask<IReadOnlyList<SpaceMembership>> MembershipsOfAsync(string userId, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<SpaceMembership>>([]);

    public ValueTask<IReadOnlyList<string>> MembersOfAsync(string spaceId, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<string>>([]);
}
