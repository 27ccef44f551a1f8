using System.Text.Json.Nodes;
using Mana.FakeStripe.Http;
using Mana.FakeStripe.World;
using Mana.Payments.Contracts;
using Mana.Payments.Inbox;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Payments.Tests.Inbox;

/// <summary>From the webhook to the handlers (commerce.md 7.6, 8).</summary>
public sealed class InboxScenarios(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    async Task<int> DrainAsync() => await fixture.Inbox.DrainAsync(default);

    Task<string?> OutcomeAsync(JsonObject happened) => fixture.OutcomeAsync(PaymentsFixture.IdOf(happened));

    [Fact]
    public async Task Scenario_44_the_same_event_three_times_one_after_the_other()
    {
        var (intent, events) = fixture.Paid("u-44");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        Assert.False((await fixture.PostAsync(happened)).Body.TryGetProperty("duplicate", out _));
        await DrainAsync();
        for (var i = 0; i < 2; i++)
        {
            var (status, body) = await fixture.PostAsync(happened);
            Assert.True(status == 200 && body.GetProperty("duplicate").GetBoolean());
            await DrainAsync();
        }

        var seen = Assert.Single(fixture.Probe.Of(intent));
        Assert.Equal("u-44", seen.UserId);
        Assert.Equal("applied", await OutcomeAsync(happened));
    }

    [Fact]
    public async Task Scenario_45_the_same_event_twenty_times_at_once_on_two_hosts()
    {
        await using var other = await fixture.NewHost().StartAsync();
        var (intent, events) = fixture.Paid("u-45");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => fixture.PostAsync(happened, i % 2 == 0 ? fixture.Host : other)));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(19, answers.Count(answer => answer.Body.TryGetProperty("duplicate", out _)));
        var another = other.Services.GetRequiredService<IStripeInbox>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? fixture.Inbox : another).DrainAsync(default)));
        Assert.Single(fixture.Probe.Of(intent));
    }

    [Fact]
    public async Task Scenario_52_a_payment_of_nobody_is_acknowledged_and_forgotten()
    {
        fixture.Stripe.Webhooks.Take();
        var intent = fixture.Stripe.World.TriggerForeignPayment();
        var happened = PaymentsFixture.Of(fixture.Stripe.Webhooks.Take(), "payment_intent.succeeded");
        Assert.Equal(200, (await fixture.PostAsync(happened)).Status);
        await DrainAsync();
        Assert.Equal("ignored_foreign", await OutcomeAsync(happened));
        Assert.Null(Assert.Single(fixture.Probe.Of(intent)).UserId);
        Assert.Equal(0, await DrainAsync());
    }

    [Fact]
    public async Task Scenario_57_an_unknown_type_is_acknowledged()
    {
        var happened = new JsonObject { ["id"] = "evt_unknown", ["object"] = "event", ["type"] = "radar.something_new", ["created"] = 1, ["livemode"] = false, ["data"] = new JsonObject() };
        Assert.Equal(200, (await fixture.PostAsync(happened)).Status);
        Assert.Equal("ignored_type", await OutcomeAsync(happened));
    }

    [Fact]
    public async Task Scenario_58_a_handler_that_fails_once_is_asked_again_and_applies_once()
    {
        var (intent, events) = fixture.Paid("u-58");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        fixture.Probe.Answer(intent, happening => happening.Attempt == 1 ? throw new NpgsqlException("The database is down.") : StripeOutcome.Done);
        await fixture.PostAsync(happened);
        await DrainAsync();
        Assert.Equal("pending", await OutcomeAsync(happened));
        Assert.Equal(0, await DrainAsync());
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        await DrainAsync();
        Assert.Equal("applied", await OutcomeAsync(happened));
        Assert.Equal([1, 2], fixture.Probe.Of(intent).Select(one => one.Attempt));
    }

    /// <summary>What one handler said counts for the whole event, whenever the others say theirs.</summary>
    [Theory]
    [InlineData("parked", "quarantined")]
    [InlineData("applied", "applied")]
    [InlineData("foreign", "ignored_foreign")]
    public async Task What_a_handler_said_is_not_forgotten_while_another_is_asked_again(string said, string outcome)
    {
        await using var host = await fixture.NewHost().With(services => services.AddStripeEventHandler<SecondThought>("test.second", Probe.Types)).StartAsync();
        var inbox = host.Services.GetRequiredService<IStripeInbox>();
        var (intent, events) = fixture.Paid("u-second-" + said);
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        fixture.Probe.Answer(intent, _ => said switch { "parked" => new StripeOutcome.Parked("amount_mismatch"), "applied" => StripeOutcome.Done, _ => StripeOutcome.NotOurs });
        await fixture.PostAsync(happened);
        await inbox.DrainAsync(default);
        Assert.Equal("pending", await OutcomeAsync(happened));
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        await inbox.DrainAsync(default);
        Assert.Equal(outcome, await OutcomeAsync(happened));
        Assert.Single(fixture.Probe.Of(intent));
    }

    /// <summary>Is not ready at first, and then has nothing to do with it.</summary>
    sealed class SecondThought : IStripeEventHandler
    {
        public Task<StripeOutcome> HandleAsync(StripeHappening happening, CancellationToken cancellationToken) =>
            Task.FromResult(happening.Attempt == 1 ? new StripeOutcome.Retry("not_yet") : StripeOutcome.NotOurs);
    }

    [Fact]
    public async Task After_twelve_failures_it_is_dead_and_a_replay_brings_it_back()
    {
        var (intent, events) = fixture.Paid("u-dead");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        fixture.Probe.Answer(intent, _ => new StripeOutcome.Retry("not_yet"));
        await fixture.PostAsync(happened);
        for (var i = 0; i < EventHandling.MaxAttempts; i++)
        {
            Assert.Equal("pending", await OutcomeAsync(happened));
            await DrainAsync();
            fixture.Clock.Advance(TimeSpan.FromHours(6));
        }

        Assert.Equal("dead", await OutcomeAsync(happened));
        Assert.Equal(EventHandling.MaxAttempts, fixture.Probe.Of(intent).Count());
        fixture.Probe.Answer(intent, _ => StripeOutcome.Done);
        var admin = await fixture.MemberAsync(fixture.NewId(), "admin");
        Assert.Contains(PaymentsFixture.IdOf(happened), await admin.GetStringAsync("/api/v1/admin/stripe/events"), StringComparison.Ordinal);
        var replayed = await admin.PostAsync($"/api/v1/admin/stripe/events/{PaymentsFixture.IdOf(happened)}/replay", null);
        Assert.True(replayed.IsSuccessStatusCode);
        await DrainAsync();
        Assert.Equal("applied", await OutcomeAsync(happened));
    }

    /// <summary>W-43: the order of arrival decides nothing, because the snapshot inside an event is never what is applied.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Out_of_order_events_all_tell_of_the_object_as_it_is_now(int seed)
    {
        var (intent, events) = fixture.Paid($"u-order-{seed}", Means.Sepa);
        fixture.Stripe.World.SettleSepa(intent, paid: true);
        JsonObject[] all = [PaymentsFixture.Of(events, "payment_intent.processing"), PaymentsFixture.Of(fixture.Stripe.Webhooks.Take(), "payment_intent.succeeded")];
        new Random(seed).Shuffle(all);
        foreach (var happened in all)
            await fixture.PostAsync(happened);
        await DrainAsync();
        Assert.Equal(["succeeded", "succeeded"], fixture.Probe.Of(intent).Select(one => Assert.IsType<StripePaymentIntent>(one.Current).Status));
        Assert.All(fixture.Probe.Of(intent), one => Assert.Equal("sepa_debit", Assert.IsType<StripePaymentIntent>(one.Current).PaymentMethodType));
    }

    [Fact]
    public async Task A_parked_event_is_not_asked_again_and_is_listed()
    {
        var (intent, events) = fixture.Paid("u-parked");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        fixture.Probe.Answer(intent, _ => new StripeOutcome.Parked("amount_mismatch"));
        Assert.Equal(200, (await fixture.PostAsync(happened)).Status);
        await DrainAsync();
        fixture.Clock.Advance(TimeSpan.FromDays(1));
        await DrainAsync();
        Assert.Single(fixture.Probe.Of(intent));
        Assert.Equal("quarantined", await OutcomeAsync(happened));
        Assert.Equal("amount_mismatch", await fixture.ScalarAsync<string>("SELECT last_error FROM payments.events WHERE event_id = $1", PaymentsFixture.IdOf(happened)));
    }

    [Fact]
    public async Task An_outage_of_Stripe_counts_no_attempt_however_long_it_lasts()
    {
        var (intent, events) = fixture.Paid("u-outage");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        await fixture.PostAsync(happened);
        fixture.Stripe.Faults.Next(intent, FaultKind.Broken, 1000);
        for (var i = 0; i < 20; i++)
        {
            await DrainAsync();
            fixture.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Empty(fixture.Probe.Of(intent));
        Assert.Equal(0, await fixture.ScalarAsync<int>("SELECT attempts FROM payments.events WHERE event_id = $1", PaymentsFixture.IdOf(happened)));
        fixture.Stripe.Faults.Clear();
        await DrainAsync();
        Assert.Equal("applied", await OutcomeAsync(happened));
    }

    [Fact]
    public async Task An_object_that_Stripe_does_not_know_any_more_waits_for_a_person()
    {
        var happened = new JsonObject
        {
            ["id"] = "evt_gone", ["object"] = "event", ["type"] = "payment_intent.succeeded", ["created"] = 1, ["livemode"] = false,
            ["data"] = new JsonObject { ["object"] = new JsonObject { ["id"] = "pi_wiped", ["object"] = "payment_intent" } },
        };
        await fixture.PostAsync(happened);
        await DrainAsync();
        Assert.Equal("quarantined", await OutcomeAsync(happened));
    }

    /// <summary>Two lanes and two hosts: what is about one object goes through single file.</summary>
    [Fact]
    public async Task Events_of_one_object_are_never_handled_at_the_same_time()
    {
        var (intent, events) = fixture.Paid("u-single");
        var (inside, most) = (0, 0);
        fixture.Probe.Answer(intent, async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Delay(20);
            Interlocked.Decrement(ref inside);
            return StripeOutcome.Done;
        });
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        for (var i = 0; i < 6; i++)
        {
            var copy = happened.DeepClone().AsObject();
            copy["id"] = $"{PaymentsFixture.IdOf(happened)}_{i}";
            await fixture.PostAsync(copy);
        }

        while (fixture.Probe.Of(intent).Count() < 6)
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.Inbox.DrainAsync(default)));
        Assert.Equal((6, 1), (fixture.Probe.Of(intent).Count(), most));
    }

    /// <summary>A host that is killed in the middle: its transaction ends, and the event is anybody's again.</summary>
    [Fact]
    public async Task An_event_in_the_hands_of_a_host_that_dies_is_handled_by_another()
    {
        var (intent, events) = fixture.Paid("u-killed");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        using var kill = new CancellationTokenSource();
        var dead = false;
        fixture.Probe.Answer(intent, async _ =>
        {
            if (dead)
                return StripeOutcome.Done;
            dead = true;
            await kill.CancelAsync();
            throw new OperationCanceledException(kill.Token);
        });
        await fixture.PostAsync(happened);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fixture.Inbox.DrainAsync(kill.Token));
        Assert.Equal("pending", await OutcomeAsync(happened));
        await DrainAsync();
        Assert.Equal("applied", await OutcomeAsync(happened));
    }

    [Fact]
    public async Task Payloads_go_after_their_time_and_what_was_not_ours_altogether()
    {
        var (_, events) = fixture.Paid("u-old");
        var ours = PaymentsFixture.Of(events, "payment_intent.succeeded");
        var foreign = PaymentsFixture.Of(events, "charge.succeeded");
        await fixture.PostAsync(ours);
        await fixture.PostAsync(foreign);
        await DrainAsync();
        fixture.Clock.Advance(TimeSpan.FromDays(91));
        await ActivatorUtilities.CreateInstance<InboxRetention>(fixture.Host.Services).RunAsync(default);
        Assert.True(await fixture.ScalarAsync<bool>("SELECT payload IS NULL FROM payments.events WHERE event_id = $1", PaymentsFixture.IdOf(ours)));
        Assert.Null(await OutcomeAsync(foreign));
    }

    [Fact]
    public async Task Inline_a_webhook_is_answered_when_it_is_handled_and_refused_when_that_failed()
    {
        await using var host = await fixture.NewHost().With("Stripe:ProcessInline", "true").StartAsync();
        var (intent, events) = fixture.Paid("u-inline");
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        fixture.Probe.Answer(intent, happening => happening.Attempt == 1 ? new StripeOutcome.Retry("not_yet") : StripeOutcome.Done);
        Assert.Equal(500, (await fixture.PostAsync(happened, host)).Status);
        fixture.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(200, (await fixture.PostAsync(happened, host)).Status);
        Assert.Equal("applied", await fixture.OutcomeAsync(PaymentsFixture.IdOf(happened)));
    }
}
