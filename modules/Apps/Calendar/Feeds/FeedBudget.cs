using System.Globalization;
using System.Threading.RateLimiting;
using Mana.Kernel.Errors;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Calendar.Feeds;

/// <summary>
/// How often one secret address is read, from however many places: an address that got around must not make the server write the same calendar all day
/// (compute.md 3.2). Counted for addresses that exist only; guesses are the affair of the budget of their sender.
/// </summary>
internal sealed class FeedBudget(RateLimitSwitch limits, CalendarOptions options) : IDisposable
{
    readonly PartitionedRateLimiter<string> _reads = PartitionedRateLimiter.Create<string, string>(token => RateLimitPartition.GetTokenBucketLimiter(token, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = options.FeedReadsPerMinute,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / options.FeedReadsPerMinute,
        AutoReplenishment = true,
    }));

    /// <summary>Null when the feed may be read.</summary>
    public ApiError? Refusal(string token, HttpContext context)
    {
        if (!limits.Enabled)
            return null;
        using var lease = _reads.AttemptAcquire(token);
        if (lease.IsAcquired)
            return null;
        context.Response.Headers["X-RateLimit-Remaining"] = 0.ToString(CultureInfo.InvariantCulture);
        var seconds = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? (int)Math.Ceiling(wait.TotalSeconds) : 1;
        return new ApiError(429, "RATE_LIMITED", "Too many requests") { RetryAfterSeconds = Math.Max(1, seconds) };
    }

    public void Dispose() => _reads.Dispose();
}
