using Mana.Sync.Spaces;

namespace Mana.Sync.Live;

/// <summary>One live channel to one device: a WebSocket or an event stream. No method blocks or throws; sending is the connection's own affair.</summary>
internal interface ILiveConnection
{
    /// <summary>Null until it has said who it is. Set by <see cref="Roster"/> only.</summary>
    LiveIdentity? Identity { get; set; }

    /// <summary>Something changed; the connection decides by its identity of this moment whether it concerns it.</summary>
    void Hear(Announcement announcement);

    /// <summary>The person has joined or left spaces; <see cref="Identity"/> says already what is readable now.</summary>
    void Regrouped(Tenant earlier);

    /// <summary>Called about once per second: deadlines are kept by one clock for all connections instead of a timer for each.</summary>
    void Tick(DateTimeOffset now);

    /// <summary>Tells the other end why and closes; the first reason counts.</summary>
    void End(LiveEnd reason);
}

/// <summary>Why the server ends a live connection.</summary>
internal enum LiveEnd
{
    TokenExpired,
    SessionRevoked,
    Billing,
    ServerShutdown,
}
