namespace Mana.Sync.Contracts;

/// <summary>How many devices hold a live connection to this host (sync.md 11).</summary>
public interface ILivePresence
{
    /// <summary>Authenticated WebSocket connections.</summary>
    int Sockets { get; }

    /// <summary>Distinct users with at least one of them.</summary>
    int Users { get; }

    /// <summary>Event streams.</summary>
    int Streams { get; }
}
