using System.Net;
using System.Net.Http.Json;
using Mana.Testing;

namespace Mana.Subscriptions.Tests.Billing;

/// <summary>commerce.md 1.9: checkout and portal together, twenty times an hour.</summary>
public sealed class BillingLimitTests(SubscriptionsFixture shop) : IClassFixture<SubscriptionsFixture>
{
    [Fact]
    public async Task Section_1_9_checkout_and_portal_are_asked_for_twenty_times_an_hour()
    {
        await using var host = await new TestHost(shop.Database).With("RateLimits:Enabled", "true").StartAsync();
        var http = await new TokenForge(host).ClientForAsync("limited");
        for (var i = 0; i < 20; i++)
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await http.PostAsJsonAsync("/api/v1/subscriptions/" + (i % 2 == 0 ? "checkout" : "portal"), new { })).StatusCode);
        var refused = await http.PostAsJsonAsync("/api/v1/subscriptions/checkout", new { });
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        // Of the hour, not of the minute.
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.FromMinutes(2), $"{refused.Headers.RetryAfter}");
        var other = await new TokenForge(host).ClientForAsync("not-limited");
        Assert.NotEqual(HttpStatusCode.TooManyRequests, (await other.PostAsJsonAsync("/api/v1/subscriptions/checkout", new { })).StatusCode);
    }
}
