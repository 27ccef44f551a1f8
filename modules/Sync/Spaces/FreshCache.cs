using System.Collections.Concurrent;

namespace Mana.Sync.Spaces;

/// <summary>
/// Remembers answers about people for a short while. An answer that was asked for before something was forgotten is not kept: it may be
/// the old one. Two generations of half the bound each, so that it never grows and forgets in O(1).
/// </summary>
internal sealed class FreshCache<TValue>(TimeProvider time, TimeSpan freshFor, int bound = 50_000)
    where TValue : class
{
    readonly Lock _turn = new();
    volatile ConcurrentDictionary<string, Entry> _young = new(StringComparer.Ordinal);
    volatile ConcurrentDictionary<string, Entry> _old = new(StringComparer.Ordinal);
    long _forgotten;

    public async ValueTask<TValue> GetAsync(string key, Func<string, CancellationToken, ValueTask<TValue>> ask, CancellationToken cancellationToken)
    {
        if ((_young.TryGetValue(key, out var entry) || _old.TryGetValue(key, out entry)) && time.GetElapsedTime(entry.AskedAt) < freshFor)
            return entry.Value;
        var (askedAt, forgotten) = (time.GetTimestamp(), Interlocked.Read(ref _forgotten));
        var value = await ask(key, cancellationToken);
        Keep(key, new Entry(value, askedAt), forgotten);
        return value;
    }

    public void Forget(string key)
    {
        lock (_turn)
        {
            _forgotten++;
            _young.TryRemove(key, out _);
            _old.TryRemove(key, out _);
        }
    }

    /// <summary>After a time without events: anything may have changed.</summary>
    public void ForgetAll()
    {
        lock (_turn)
        {
            _forgotten++;
            _young = new(StringComparer.Ordinal);
            _old = new(StringComparer.Ordinal);
        }
    }

    void Keep(string key, Entry entry, long forgotten)
    {
        lock (_turn)
        {
            if (forgotten != _forgotten)
                return;
            if (_young.Count >= bound / 2)
                (_old, _young) = (_young, new(StringComparer.Ordinal));
            _young[key] = entry;
        }
    }

    sealed record Entry(TValue Value, long AskedAt);
}
