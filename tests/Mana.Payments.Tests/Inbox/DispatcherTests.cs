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
}
