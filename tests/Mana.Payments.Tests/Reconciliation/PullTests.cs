using Mana.FakeStripe.Http;
using Mana.Payments.Contracts;
using Mana.Payments.Reconciliation;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Payments.Tests.Reconciliation;

/// <summary>What webhooks did not bring (commerce.md 7.10).</summary>
public sealed class PullTests(PullTests.World world) : IClassFixture<PullTests.World>
{
    /// <summary>With a reconciler that fails, and one behind it that counts.</summary>
    public sealed class World : PaymentsFixture
    {
        internal List<ReconciliationScope> Ran { get; } = [];

        protected override TestHost Configure(TestHost host) => host.With(services => services.AddSingleton(this)
            .AddStripeReconciler<Failing>("test.failing").AddStripeReconciler<Counting>("test.counting"));
    }

    internal sealed class Failing : IStripeReconciler
    {
        public Task<ReconciliationSummary> ReconcileAsync(ReconciliationScope scope, CancellationToken cancellationToken) => throw new InvalidOperationException("Broken on purpose.");
    }

    internal sealed class Counting(World world) : IStripeReconciler
    {
        public Task<ReconciliationSummary> ReconcileAsync(ReconciliationScope scope, CancellationToken cancellationToken)
        {
            world.Ran.Add(scope);
            return Task.FromResult(new ReconciliationSummary(1, 1, 0));
        }
    }

    EventPull Pull => world.Host.Services.GetRequiredService<EventPull>();

    async Task<int> PullAsync() => Assert.IsType<StripeResult<int>.Ok>(await Pull.PullAsync(default)).Value;

    [Fact]
    public async Task Events_whose_webhooks_were_lost_are_found_once()
    {
        await PullAsync();
        var (first, _) = world.Paid("u-pull-1");
        var (second, events) = world.Paid("u-pull-2");
        await world.PostAsync(PaymentsFixture.Of(events, "payment_intent.succeeded"));
        Assert.Equal(1, await PullAsync());
        Assert.Equal(0, await PullAsync());
        await world.Inbox.DrainAsync(default);
        Assert.Equal((1, 1), (world.Probe.Of(first).Count(), world.Probe.Of(second).Count()));
        Assert.Equal("pull", await world.ScalarAsync<string>("SELECT source FROM payments.events WHERE object_id = $1", first));
    }

    [Fact]
    public async Task After_days_behind_a_closed_door_everything_is_there_page_by_page()
    {
        await PullAsync();
        var intents = Enumerable.Range(0, 120).Select(i => world.Paid($"u-days-{i}").Intent).ToList();
        world.Clock.Advance(TimeSpan.FromDays(5));
        Assert.Equal(120, await PullAsync());
        await world.Inbox.DrainAsync(default);
        Assert.All(intents, intent => Assert.Single(world.Probe.Of(intent)));
        Assert.Equal(intents, world.Probe.Seen.Select(one => one.Current.Id).Where(intents.Contains));
    }

    [Fact]
    public async Task A_look_that_failed_is_made_again_from_where_the_last_good_one_ended()
    {
        await PullAsync();
        var (intent, _) = world.Paid("u-outage");
        world.Stripe.Faults.Next("/v1/events", FaultKind.Broken, 3);
        Assert.IsType<StripeResult<int>.Unavailable>(await Pull.PullAsync(default));
        world.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await PullAsync());
        await world.Inbox.DrainAsync(default);
        Assert.Single(world.Probe.Of(intent));
    }

    [Fact]
    public async Task A_reconciler_that_fails_does_not_keep_the_others_from_their_turn()
    {
        world.Ran.Clear();
        await ActivatorUtilities.CreateInstance<OpenReconciliation>(world.Host.Services).RunAsync(default);
        await ActivatorUtilities.CreateInstance<FullReconciliation>(world.Host.Services).RunAsync(default);
        Assert.Equal([ReconciliationScope.Open, ReconciliationScope.All], world.Ran);
    }

    [Fact]
    public async Task An_administrator_can_ask_now_and_nobody_else()
    {
        var (intent, _) = world.Paid("u-admin-pull");
        var person = await world.MemberAsync(world.NewId());
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Post, "reconcile"), (HttpMethod.Get, "events"), (HttpMethod.Post, "events/evt_x/replay")])
        {
            Assert.Equal(403, (int)(await person.SendAsync(new HttpRequestMessage(method, "/api/v1/admin/stripe/" + path))).StatusCode);
            Assert.Equal(401, (int)(await world.Host.CreateClient().SendAsync(new HttpRequestMessage(method, "/api/v1/admin/stripe/" + path))).StatusCode);
        }

        var admin = await world.MemberAsync(world.NewId(), "admin");
        Assert.True((await admin.PostAsync("/api/v1/admin/stripe/reconcile", null)).IsSuccessStatusCode);
        Assert.Contains(intent, await admin.GetStringAsync($"/api/v1/admin/stripe/events?status=pending&objectId={intent}"), StringComparison.Ordinal);
        Assert.Equal(400, (int)(await admin.GetAsync("/api/v1/admin/stripe/events?status=strange")).StatusCode);
        Assert.Equal(400, (int)(await admin.GetAsync("/api/v1/admin/stripe/events?limit=abc")).StatusCode);
        Assert.Equal(404, (int)(await admin.PostAsync("/api/v1/admin/stripe/events/evt_nobody/replay", null)).StatusCode);
        await world.Inbox.DrainAsync(default);
    }
}
