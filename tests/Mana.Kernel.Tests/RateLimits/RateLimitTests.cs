using System.Net;
using System.Net.Http.Json;
using Mana.Testing;
using Xunit;

namespace Mana.Kernel.Tests.RateLimits;

public sealed class RateLimitTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task Over_the_budget_answers_429_with_retry_after_and_the_next_user_is_not_affected()
    {
        await using var host = await new TestHost(fixture.Database).With("RateLimits:Enabled", "true").With("RateLimits:Policies:register:Burst", "50")
            .With("RateLimits:Policies:sync-push:Burst", "3").With("RateLimits:Policies:sync-push:PermitsPerMinute", "1").StartAsync();
        var person = await host.CreateAccountAsync();
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 5; i++)
            answers.Add(await person.Http.PostAsJsonAsync("/sync/todo", new { changes = new[] { new { table = "tasks", id = "limited-" + i, op = "insert", data = new { } } } }));

        Assert.Equal([200, 200, 200, 429, 429], answers.Select(answer => (int)answer.StatusCode));
        var refused = answers[^1];
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        Assert.Contains("rate_limited", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(3, await fixture.ScalarAsync<long>("SELECT count(*) FROM sync.records WHERE record_id LIKE 'limited-%'"));

        var other = await host.CreateAccountAsync();
        using var first = await other.Http.PostAsJsonAsync("/sync/todo", new { changes = Array.Empty<object>() });
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
    }

    [Fact]
    public async Task Outside_production_limits_are_off()
    {
        var person = await fixture.Host.CreateAccountAsync();
        for (var i = 0; i < 100; i++)
        {
            using var answer = await person.Http.PostAsJsonAsync("/sync/todo", new { changes = Array.Empty<object>() });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
