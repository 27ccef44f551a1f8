using Mana.Kernel.Network;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Clients;

/// <summary>
/// How often one network may fail to authenticate as one client (auth.md 3.5): counted by both, because a count per client alone would let
/// anybody lock a homeserver out. A secret has 256 bits; this only keeps noise down. Per host.
/// </summary>
internal sealed class ClientFailures(RateLimitSwitch limits, TimeProvider time)
{
    public const string Name = "oidc-client-failures";
    public const int PerMinute = 20;
    const int Most = 50_000;
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly Dictionary<(string Client, string Network), (DateTimeOffset Until, int Count)> _failed = [];

    /// <summary>Seconds to wait; null: go on.</summary>
    public int? Wait(HttpContext context, string clientId)
    {
        if (!limits.Enabled)
            return null;
        var now = time.GetUtcNow();
        int? wait;
        lock (_lock)
            wait = _failed.TryGetValue((clientId, context.ClientPrefix()), out var seen) && seen.Count >= PerMinute && seen.Until > now ? (int)Math.Ceiling((seen.Until - now).TotalSeconds) : null;
        if (wait is not null)
            limits.Refused(Name);
        return wait;
    }

    public void Count(HttpContext context, string clientId)
    {
        if (!limits.Enabled)
            return;
        var (key, now) = ((clientId, context.ClientPrefix()), time.GetUtcNow());
        lock (_lock)
        {
            if (_failed.Count >= Most)
                _failed.Clear();
            _failed[key] = _failed.TryGetValue(key, out var seen) && seen.Until > now ? seen with { Count = seen.Count + 1 } : (now + Window, 1);
        }
    }
}
