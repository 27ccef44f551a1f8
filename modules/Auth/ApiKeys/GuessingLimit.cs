using Mana.Kernel.Network;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.ApiKeys;

/// <summary>
/// How many wrong keys one address may try in a minute without a service key (auth.md 3.5). Only wrong ones count: behind one address may be
/// many good clients. Counted per host.
/// </summary>
internal sealed class GuessingLimit(RateLimitSwitch limits, TimeProvider time)
{
    public const string Name = "api-key-guesses";
    public const int PerMinute = 10;
    const int MostAddresses = 50_000;
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly Dictionary<string, (DateTimeOffset Until, int Count)> _wrong = new(StringComparer.Ordinal);

    /// <summary>Seconds to wait, when this address has tried too often.</summary>
    public int? Wait(HttpContext context)
    {
        if (!limits.Enabled)
            return null;
        var now = time.GetUtcNow();
        int? wait;
        lock (_lock)
            wait = _wrong.TryGetValue(context.ClientPrefix(), out var tried) && tried.Count >= PerMinute && tried.Until > now
                ? (int)Math.Ceiling((tried.Until - now).TotalSeconds)
                : null;
        if (wait is not null)
            limits.Refused(Name);
        return wait;
    }

    public void CountWrong(HttpContext context)
    {
        if (!limits.Enabled)
            return;
        var (address, now) = (context.ClientPrefix(), time.GetUtcNow());
        lock (_lock)
        {
            if (_wrong.TryGetValue(address, out var tried) && tried.Until > now)
            {
                _wrong[address] = tried with { Count = tried.Count + 1 };
                return;
            }

            // Whoever commands so many addresses is not held up by this; a key has 256 bits.
            if (_wrong.Count >= MostAddresses)
                _wrong.Clear();
            _wrong[address] = (now + Window, 1);
        }
    }
}
