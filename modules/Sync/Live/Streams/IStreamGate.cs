namespace Mana.Sync.Live.Streams;

/// <summary>Whether someone may (still) stream these apps (sync.md 5, 8.5).</summary>
internal interface IStreamGate
{
    /// <summary>Asked at the start of a stream over several apps, at every heartbeat, and when <see cref="ILiveSignals.EntitlementChangedAsync"/> says so.</summary>
    ValueTask<bool> MayStreamAsync(string userId, IReadOnlyList<string> apps, CancellationToken cancellationToken);
}
