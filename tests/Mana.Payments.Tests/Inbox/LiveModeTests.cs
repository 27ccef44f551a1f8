using Mana.Payments.Contracts;
using Mana.Testing;

namespace Mana.Payments.Tests.Inbox;

/// <summary>With a live key: not every object of Stripe's says its mode.</summary>
public sealed class LiveModeTests(LiveModeTests.Live fixture) : IClassFixture<LiveModeTests.Live>
{
    public sealed class Live : PaymentsFixture
    {
        protected override bool IsLive => true;

        protected override TestHost Configure(TestHost host) => host.With("Stripe:SecretKey", "sk_live_fake_for_tests")
            .With(services => services.AddStripeEventHandler<ProbeHandler>("test.refunds", "refund.created", "refund.updated", "refund.failed"));
    }

    [Fact]
    public async Task Refunds_do_not_say_their_mode_and_are_handled_all_the_same()
    {
        var (intent, events) = fixture.Paid("u-live");
        await fixture.PostAsync(PaymentsFixture.Of(events, "payment_intent.succeeded"));
        var refund = fixture.Stripe.World.Refund(intent, 245)["id"]!.GetValue<string>();
        Assert.False(fixture.Stripe.World.Find(refund)!.ContainsKey("livemode"));
        var happened = PaymentsFixture.Of(fixture.Stripe.Webhooks.Take(), "refund.created");
        await fixture.PostAsync(happened);
        await fixture.Inbox.DrainAsync(default);
        Assert.NotEqual("quarantined", await fixture.OutcomeAsync(PaymentsFixture.IdOf(happened)));
        Assert.Null(Assert.Single(fixture.Probe.Of(refund)).Current.Livemode);
        Assert.Equal("applied", await fixture.OutcomeAsync(PaymentsFixture.IdOf(events.Single(one => one["type"]!.GetValue<string>() == "payment_intent.succeeded"))));
    }

    [Fact]
    public async Task An_object_of_the_other_mode_waits_for_a_person()
    {
        var (intent, events) = fixture.Paid("u-mixed");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        fixture.Stripe.World.SetLivemode(intent, false);
        await fixture.PostAsync(happened);
        await fixture.Inbox.DrainAsync(default);
        Assert.Equal("livemode_mismatch", await fixture.ScalarAsync<string>("SELECT last_error FROM payments.events WHERE event_id = $1", PaymentsFixture.IdOf(happened)));
    }

    [Fact]
    public async Task An_administrator_asks_for_no_id_and_is_told_so()
    {
        var admin = await fixture.MemberAsync(fixture.NewId(), "admin");
        Assert.Equal(400, (int)(await admin.GetAsync("/api/v1/admin/stripe/events?objectId=%00")).StatusCode);
        Assert.Equal(200, (int)(await admin.GetAsync("/api/v1/admin/stripe/events?objectId=pi_1")).StatusCode);
    }
}
