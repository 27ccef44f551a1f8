using Mana.Sync.Contracts;

namespace Mana.Sync.Live;

/// <summary>The live connections of this host. Sockets and streams are kept apart because they are counted and capped apart.</summary>
internal sealed class Connections(LiveOptions options) : ILivePresence
{
    public Roster Sockets { get; } = new();

    public Roster Streams { get; } = new();

    public bool HasRoom => Sockets.Open + Streams.Open < options.Connections;

    public bool HasRoomForStrangers => HasRoom && Sockets.Unidentified < options.UnauthenticatedSockets;

    int ILivePresence.Sockets => Sockets.Identified;

    int ILivePresence.Users => Sockets.Users;

    int ILivePresence.Streams => Streams.Open;

    public IEnumerable<ILiveConnection> All() => Sockets.All().Concat(Streams.All());

    public IEnumerable<ILiveConnection> OfUser(string userId) => Sockets.OfUser(userId).Concat(Streams.OfUser(userId));

    public IEnumerable<ILiveConnection> Of(string scope) => Sockets.Of(scope).Concat(Streams.Of(scope));
}
