namespace Mana.Sync.Live.Hosts;

/// <summary>The way to the connections of the other hosts on the same database.</summary>
internal interface IBackplane
{
    /// <summary>Never blocks and never throws; what cannot be sent in time degrades to "everything may have changed".</summary>
    void Announce(Announcement announcement);

    /// <summary>Returns when the database has taken the signal; throws when it has not, so that an event is delivered again.</summary>
    Task SendAsync(LiveSignal signal, CancellationToken cancellationToken);
}

/// <summary>What every host must act on, wherever the event about it was delivered.</summary>
internal abstract record LiveSignal(string UserId)
{
    internal sealed record Memberships(string UserId) : LiveSignal(UserId);

    internal sealed record Session(string UserId, string SessionId) : LiveSignal(UserId);

    internal sealed record Entitlement(string UserId) : LiveSignal(UserId);
}
