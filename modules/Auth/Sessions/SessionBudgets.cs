using Mana.Kernel.RateLimits;

namespace Mana.Auth.Sessions;

/// <summary>New tokens, by refresh or by the cookie (auth.md 3.5).</summary>
internal sealed class RefreshBudget(RateLimitSwitch limits, TimeProvider time)
{
    public const string Name = "session-tokens";
    public const int PerMinute = 30;

    readonly SessionBudget _budget = new(Name, PerMinute, limits, time);

    /// <inheritdoc cref="SessionBudget.Spend"/>
    public int? Spend(string sessionId) => _budget.Spend(sessionId);
}

/// <summary>Proofs of possession: each is remembered in the database until it would be too old, so a session has only so many.</summary>
internal sealed class ProofBudget(RateLimitSwitch limits, TimeProvider time)
{
    public const string Name = "session-proofs";
    public const int PerMinute = 1200;

    readonly SessionBudget _budget = new(Name, PerMinute, limits, time);

    /// <inheritdoc cref="SessionBudget.Spend"/>
    public int? Spend(string sessionId) => _budget.Spend(sessionId);
}

/// <summary>How often one session may do something in a minute. Counted per host.</summary>
internal sealed class SessionBudget(string name, int perMinute, RateLimitSwitch limits, TimeProvider time)
{
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

            if (spent.Count >= perMinute)
            {
                limits.Refused(name);
                return (int)Math.Ceiling((spent.Until - now).TotalSeconds);
            }

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
