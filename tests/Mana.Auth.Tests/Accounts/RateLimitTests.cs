using Mana.Testing;

namespace Mana.Auth.Tests.Accounts;

public sealed class RateLimitTests
{
    [Theory]
    [InlineData("login", 10)]
    [InlineData("register", 5)]
    [InlineData("refresh", 60)]
    public async Task Each_address_has_a_budget_per_minute(string path, int budget)
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using (var host = await new TestHost(database).With("RateLimits:Enabled", "true").StartAsync())
        {
            var api = new AuthApi(host);
            for (var request = 0; request < budget; request++)
                Assert.NotEqual(429, (await api.SendRawAsync(path, "{}")).Status);
            var refused = (await api.SendRawAsync(path, "{}")).IsRefused(429, "RATE_LIMITED");
            Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            // The client forgets its session unless it reads a network word (auth.md 7.3).
            Assert.Contains("connection", refused["message"], StringComparison.Ordinal);
        }

        await TestCluster.DropDatabaseAsync(database);
    }
}
