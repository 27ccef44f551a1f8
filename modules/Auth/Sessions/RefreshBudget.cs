using Mana.Kernel.RateLimits;

namespace Mana.Auth.Sessions;

/// <summary>How often one session may get new tokens in a minute, by refresh or by its cookie (auth.md 3.5). Counted per host.</summary>
internal sealed class RefreshBudget(RateLimitSwitch limits, TimeProvider time)
{
    public const int PerMinute = 30;
    const int MostSessions = 100_000;
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly Dictionary<string, (DateTimeOffset Until, int Count)> _spent = new(StringComparer.Ordinal);

    /// <summary>Null: go on. Else the seconds to wait.</summary>
    public int? Spend(string sessionId)
    {
        if (!limits.Enabled)
            return null;
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (!_spent.TryGetValue(sessionId, out var spent) || spent.Until <= now)
            {
                if (_spent.Count >= MostSessions)
                    Forget(now);
                spent = (now + Window, 0);
            }

            if (spent.Count >= PerMinute)
                return (int)Math.Ceiling((spent.Until - now).TotalSeconds);
            _spent[sessionId] = spent with { Count = spent.Count + 1 };
            return null;
        }
    }

    void Forget(DateTimeOffset now)
    {
        foreach (var (session, spent) in _spent)
            if (spent.Until <= now)
                _spent.Remove(session);
        if (_spent.Count >= MostSessions)
            _spent.Clear();
    }
}
