using System.Collections.Concurrent;

namespace Mana.Sync.Live;

/// <summary>
/// Sessions that ended while their last access token may still be good: it opens no new live connection on this host. Kept for longer
/// than any token lives.
/// </summary>
internal sealed class RevokedSessions(TimeProvider time)
{
    static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(30);
    readonly ConcurrentDictionary<string, DateTimeOffset> _revoked = new(StringComparer.Ordinal);

    public void Add(string sessionId) => _revoked[sessionId] = time.GetUtcNow();

    public bool Contains(string? sessionId) => sessionId is not null && _revoked.ContainsKey(sessionId);

    public void Prune(DateTimeOffset now)
    {
        foreach (var (sessionId, revokedAt) in _revoked)
            if (now - revokedAt > KeptFor)
                _revoked.TryRemove(sessionId, out _);
    }
}
