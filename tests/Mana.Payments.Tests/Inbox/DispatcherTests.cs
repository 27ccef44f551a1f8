using Mana.Testing;

namespace Mana.Payments.Tests.Inbox;

/// <summary>A host that works its inbox off by itself.</summary>
public sealed class DispatcherTests(DispatcherTests.World world) : IClassFixture<DispatcherTests.World>
{
    public sealed class World : PaymentsFixture
    {
        protected override TestHost Configure(TestHost host) => host.With("Stripe:Process", "true");
    }

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_webhook_wakes_the_dispatcher()
    {
        var (intent, events) = world.Paid("u-wake");
        Assert.Equal(200, (await world.PostAsync(PaymentsFixture.Of(events, "payment_intent.succeeded"))).Status);
        for (var deadline = Environment.TickCount64 + Patience.TotalMilliseconds; !world.Probe.Of(intent).Any() && Environment.TickCount64 < deadline;)
            await Task.Delay(20);
        Assert.Single(world.Probe.Of(intent));
    }

    [Fact]
    public async Task Scenario_149_the_metrics_have_their_names()
    {
        var (intent, events) = world.Paid("u-149");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        await world.PostAsync(happened);
        await world.PostAsync("/api/v1/webhooks/stripe", [], null);
        await world.Inbox.DrainAsync(default);
        for (var deadline = Environment.TickCount64 + Patience.TotalMilliseconds; await world.OutcomeAsync(PaymentsFixture.IdOf(happened)) != "applied" && Environment.TickCount64 < deadline;)
            await Task.Delay(20);
        var text = await world.Host.CreateClient().GetStringAsync("/metrics");
        foreach (var name in (string[])
                 [
                     "stripe_api_requests_total{call=\"payment_intents_retrieve\",outcome=\"ok\"}", "stripe_events_received_total{type=\"payment_intent.succeeded\"}",
                     "stripe_events_processed_total{outcome=\"applied\",type=\"payment_intent.succeeded\"}", "stripe_signature_failures_total", "stripe_event_lag_seconds", "stripe_inbox_pending", "stripe_inbox_parked",
                 ])
            Assert.Contains(name, text, StringComparison.Ordinal);
        Assert.NotEmpty(world.Probe.Of(intent));
    }
}
