using Mana.Kernel.RateLimits;

namespace Mana.Auth.Oidc.Device;

/// <summary>
/// How often one person may name a code that nobody waits with (RFC 8628 5.1). Only wrong ones count: who looks at the page, or types what the
/// device shows, spends nothing. Per host.
/// </summary>
internal sealed class DeviceGuesses(RateLimitSwitch limits, TimeProvider time)
{
    public const int PerMinute = 5;
    const int Most = 50_000;
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly Dictionary<string, (DateTimeOffset Until, int Count)> _guesses = new(StringComparer.Ordinal);

    /// <summary>Null: look it up, and say with <see cref="Right"/> when it was no guess. Otherwise the seconds to wait.</summary>
    public int? Wait(string userId)
    {
        if (!limits.Enabled)
            return null;
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var seen = _guesses.TryGetValue(userId, out var known) && known.Until > now ? known : (Until: now + Window, Count: 0);
            if (seen.Count >= PerMinute)
                return (int)Math.Ceiling((seen.Until - now).TotalSeconds);
            if (_guesses.Count >= Most)
                _guesses.Clear();
            // Counted before it is known, so that many at once are not many more.
            _guesses[userId] = (seen.Until, seen.Count + 1);
            return null;
        }
    }

    public void Right(string userId)
    {
        lock (_lock)
            if (_guesses.TryGetValue(userId, out var seen) && seen.Count > 0)
                _guesses[userId] = seen with { Count = seen.Count - 1 };
    }
}
