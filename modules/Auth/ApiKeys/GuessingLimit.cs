using System.Threading.RateLimiting;
using Mana.Kernel.Network;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.ApiKeys;

/// <summary>
/// How many wrong keys one address may try in a minute without a service key (auth.md 3.5). Only wrong ones count: behind one address may be
/// many good clients. Counted per host.
/// </summary>
internal sealed class GuessingLimit(RateLimitSwitch limits) : IDisposable
{
    public const int PerMinute = 10;

    readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetTokenBucketLimiter(address, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = PerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / PerMinute,
            QueueLimit = 0,
        }));

    /// <summary>Seconds to wait, when this address has tried too often.</summary>
    public int? Wait(HttpContext context)
    {
        if (!limits.Enabled)
            return null;
        // Taking nothing only looks.
        using var lease = _limiter.AttemptAcquire(context.ClientPrefix(), 0);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 60 / PerMinute;
    }

    public void CountWrong(HttpContext context)
    {
        if (limits.Enabled)
            _limiter.AttemptAcquire(context.ClientPrefix()).Dispose();
    }

    public void Dispose() => _limiter.Dispose();
}
