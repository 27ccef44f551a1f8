using System.Text.Json;
using Mana.Testing;

namespace Mana.Payments.Tests.Inbox;

/// <summary>commerce.md 1.8: whoever watches the host learns that events of Stripe wait for too long.</summary>
public sealed class LagTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    static async Task<JsonElement> ReadyAsync(TestHost host)
    {
        var answer = await host.CreateClient().GetAsync("/health/ready");
        Assert.Equal(200, (int)answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    static (string? Status, string? Inbox, long Lag) Told(JsonElement ready) =>
        (ready.GetProperty("status").GetString(), ready.GetProperty("stripeInbox").GetString(), ready.GetProperty("stripeInboxLagSeconds").GetInt64());

    [Fact]
    public async Task Events_that_wait_for_more_than_five_minutes_are_told_by_the_readiness_check()
    {
        Assert.Equal(("ready", "up", 0), Told(await ReadyAsync(fixture.Host)));
        var (_, events) = fixture.Paid("u-late");
        await fixture.PostAsync(PaymentsFixture.Of(events, "payment_intent.succeeded"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal(("ready", "up", 300), Told(await ReadyAsync(fixture.Host)));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        // Still 200: no other host would handle them sooner.
        Assert.Equal(("degraded", "late", 301), Told(await ReadyAsync(fixture.Host)));
        await fixture.Inbox.DrainAsync(default);
        Assert.Equal(("ready", "up", 0), Told(await ReadyAsync(fixture.Host)));
    }

    [Fact]
    public async Task Without_Stripe_nothing_waits()
    {
        await using var host = await new TestHost(fixture.Database).StartAsync();
        var ready = await ReadyAsync(host);
        Assert.Equal(("ready", "off", JsonValueKind.Null), (ready.GetProperty("status").GetString(), ready.GetProperty("stripeInbox").GetString(), ready.GetProperty("stripeInboxLagSeconds").ValueKind));
    }
}
