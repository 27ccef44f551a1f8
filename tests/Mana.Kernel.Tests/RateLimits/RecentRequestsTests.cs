using System.Threading.RateLimiting;
using Mana.Kernel.RateLimits;
using Mana.Testing;
using Xunit;

namespace Mana.Kernel.Tests.RateLimits;

public sealed class RecentRequestsTests
{
    static readonly DateTimeOffset Start = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);

    static TimeSpan? Wait(RateLimiter limiter) => limiter.AttemptAcquire() is { IsAcquired: false } refused && refused.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : null;

    [Fact]
    public void Never_more_in_any_window_and_the_refused_know_when()
    {
        var clock = new FakeClock(Start);
        using var limiter = new RecentRequests(3, TimeSpan.FromHours(1), clock);
        Assert.True(limiter.AttemptAcquire().IsAcquired);
        clock.Advance(TimeSpan.FromMinutes(50));
        Assert.True(limiter.AttemptAcquire().IsAcquired);
        Assert.True(limiter.AttemptAcquire().IsAcquired);
        Assert.Equal(TimeSpan.FromMinutes(10), Wait(limiter));
        clock.Advance(TimeSpan.FromMinutes(10));
        // The first is an hour ago, the other two are not: one is free, and no more.
        Assert.True(limiter.AttemptAcquire().IsAcquired);
        Assert.Equal(TimeSpan.FromMinutes(50), Wait(limiter));
        Assert.Null(limiter.IdleDuration);
        clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(TimeSpan.FromMinutes(60), limiter.IdleDuration);
        Assert.Null(Wait(limiter));
    }
}
