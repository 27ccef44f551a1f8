using System.Net;
using System.Net.Http.Json;
using Mana.Testing;

namespace Mana.Credits.Tests.Wire;

/// <summary>commerce.md 1.9, with limits on.</summary>
public sealed class RateLimitScenarios(CreditsFixture world) : IClassFixture<CreditsFixture>
{
    static async Task<HttpResponseMessage> AllowedThenRefusedAsync(HttpClient http, int allowed, params string[] paths)
    {
        for (var i = 0; i < allowed; i++)
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await http.PostAsJsonAsync(paths[i % paths.Length], new { })).StatusCode);
        var refused = await http.PostAsJsonAsync(paths[0], new { });
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains("rate_limited", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return refused;
    }

    Task<TestHost> HostAsync(int redeemsAMinute = 10) => new TestHost(world.Database).With("RateLimits:Enabled", "true")
        .With("RateLimits:Policies:gift-redeem:PermitsPerMinute", redeemsAMinute.ToString(System.Globalization.CultureInfo.InvariantCulture)).StartAsync();

    [Fact]
    public async Task Section_1_9_purchases_are_begun_ten_times_an_hour()
    {
        await using var host = await HostAsync();
        var http = await new TokenForge(host).ClientForAsync("buyer");
        var refused = await AllowedThenRefusedAsync(http, 10, "/api/v1/credits/purchase", "/api/v1/credits/payment-link");
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.FromMinutes(2), $"{refused.Headers.RetryAfter}");
        var other = await new TokenForge(host).ClientForAsync("other-buyer");
        Assert.NotEqual(HttpStatusCode.TooManyRequests, (await other.PostAsJsonAsync("/api/v1/credits/purchase", new { })).StatusCode);
    }

    [Fact]
    public async Task Section_1_9_gifts_are_redeemed_ten_times_a_minute()
    {
        await using var host = await HostAsync();
        var refused = await AllowedThenRefusedAsync(await new TokenForge(host).ClientForAsync("redeemer"), 10, "/api/v1/gifts/NOSUCH/redeem");
        Assert.InRange(refused.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Section_1_9_gifts_are_redeemed_sixty_times_an_hour()
    {
        await using var host = await HostAsync(redeemsAMinute: 1000);
        var refused = await AllowedThenRefusedAsync(await new TokenForge(host).ClientForAsync("eager"), 60, "/api/v1/gifts/NOSUCH/redeem");
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.FromMinutes(2), $"{refused.Headers.RetryAfter}");
    }
}
