using System.Collections.Concurrent;

namespace Mana.Auth.Oidc.Outbound;

/// <summary>
/// Remembers which hosts did not answer: for a minute nobody waits for them again, so that one that hangs costs the outbox its patience once
/// and not at every event. In memory, per host of ours; after a restart it is found out again.
/// </summary>
internal sealed class HostBreaker(TimeProvider time)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);

    /// <summary>More than clients that are down at the same time; what is beyond it is merely slow.</summary>
    public const int Most = 1000;

    readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.OrdinalIgnoreCase);

    public int Count => _until.Count;

    public bool IsOpen(string host) => _until.TryGetValue(host, out var until) && until > time.GetUtcNow();

    public void Failed(string host)
    {
        var now = time.GetUtcNow();
        if (_until.Count >= Most)
            foreach (var entry in _until.Where(entry => entry.Value <= now))
                _until.TryRemove(entry);
        if (_until.Count < Most || _until.ContainsKey(host))
            _until[host] = now + Pause;
    }

    public void Answered(string host) => _until.TryRemove(host, out _);
}
