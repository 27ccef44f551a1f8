using System.Text.Json.Nodes;
using Mana.FakeStripe;
using Mana.FakeStripe.Shapes;
using Mana.FakeStripe.Webhooks;
using Mana.FakeStripe.World;
using Mana.Testing;

namespace Mana.Payments.Tests.Fake;

/// <summary>The fake does what Stripe's documentation says Stripe does, as far as we lean on it.</summary>
public sealed class FakeStripeTests : IAsyncLifetime
{
    readonly FakeClock _clock = new(PaymentsFixture.Start.AddDays(16));
    FakeStripeServer _fake = null!;

    StripeWorld World => _fake.World;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeStripeServer.StartAsync(new FakeStripeOptions { Clock = _clock });
        World.Seed();
    }

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    List<string> News() => [.. _fake.Webhooks.Take().Select(one => one.Text("type")).Where(type => !type.StartsWith("charge.", StringComparison.Ordinal) && !type.EndsWith("payment_succeeded", StringComparison.Ordinal))];

    JsonObject Subscribe(string price, Means means, int trialDays = 0)
    {
        var form = FormTree.Parse([new("mode", "subscription"), new("customer", World.NewCustomer(null, null).Text("id")), new("line_items[0][price]", price), new("success_url", "https://a.test/"),
            new("subscription_data[metadata][userId]", "u"), .. trialDays > 0 ? [new KeyValuePair<string, string>("subscription_data[trial_period_days]", "14")] : Array.Empty<KeyValuePair<string, string>>()]);
        var session = World.NewSession(form).Text("id");
        _fake.Webhooks.Take();
        World.PaySession(session, means);
        return World.Find(World.Find(session)!.Text("subscription"))!;
    }

    static DateTimeOffset End(JsonObject subscription) => subscription["items"]!["data"]![0]!.AsObject().Instant("current_period_end");

    [Fact]
    public void A_month_on_the_31st_keeps_its_anchor()
    {
        var subscription = Subscribe("price_M_month", Means.Card);
        Assert.Equal(["customer.subscription.created", "invoice.created", "invoice.finalized", "payment_intent.created", "payment_intent.succeeded", "invoice.paid", "customer.subscription.updated", "checkout.session.completed"], News());
        var id = subscription.Text("id");
        var ends = new List<string> { $"{End(subscription):MM-dd}" };
        for (var i = 0; i < 3; i++)
        {
            World.Advance(TimeSpan.FromDays(31));
            ends.Add($"{End(World.Find(id)!):MM-dd}");
        }

        Assert.Equal(["02-28", "03-31", "04-30", "05-31"], ends);
        Assert.Equal(4, World.All("invoice", one => one.Text("status") == "paid").Count);
    }

    [Fact]
    public void A_renewal_that_fails_four_times_ends_the_subscription()
    {
        var id = Subscribe("price_M_month", Means.Card).Text("id");
        World.RenewWith(id, Means.Declined);
        World.Advance(TimeSpan.FromDays(29));
        Assert.Equal("past_due", World.Find(id)!.Text("status"));
        World.Advance(TimeSpan.FromDays(10));
        Assert.Equal("canceled", World.Find(id)!.Text("status"));
        Assert.Equal(4, World.Events.Count(one => one.Text("type") == "invoice.payment_failed"));
        Assert.Single(World.Events, one => one.Text("type") == "customer.subscription.deleted");
    }

    [Fact]
    public void A_renewal_that_fails_once_and_is_paid_later_goes_on()
    {
        var id = Subscribe("price_M_month", Means.Card).Text("id");
        World.RenewWith(id, Means.Declined);
        World.Advance(TimeSpan.FromDays(29));
        World.RenewWith(id, Means.Card);
        World.Advance(TimeSpan.FromDays(3));
        Assert.Equal("active", World.Find(id)!.Text("status"));
    }

    [Fact]
    public void A_debit_makes_a_subscription_active_while_its_invoice_is_open()
    {
        var subscription = Subscribe("price_M_year", Means.SepaFails);
        Assert.Equal(("active", "open"), (subscription.Text("status"), World.Find(subscription.Text("latest_invoice"))!.Text("status")));
        World.Advance(TimeSpan.FromDays(5));
        Assert.Equal("past_due", World.Find(subscription.Text("id"))!.Text("status"));
        World.PayInvoice(subscription.Text("latest_invoice"), Means.Card);
        Assert.Equal("active", World.Find(subscription.Text("id"))!.Text("status"));
    }

    [Fact]
    public void A_trial_costs_nothing_until_it_ends()
    {
        var subscription = Subscribe("price_M_month", Means.Card, 14);
        Assert.Equal(("trialing", 0L), (subscription.Text("status"), World.Find(subscription.Text("latest_invoice"))!.Number("amount_paid")));
        World.Advance(TimeSpan.FromDays(12));
        Assert.Contains("customer.subscription.trial_will_end", News());
        World.Advance(TimeSpan.FromDays(2));
        subscription = World.Find(subscription.Text("id"))!;
        Assert.Equal(("active", 999L), (subscription.Text("status"), World.Find(subscription.Text("latest_invoice"))!.Number("amount_paid")));
    }

    [Fact]
    public void A_subscription_that_is_cancelled_ends_with_its_period()
    {
        var id = Subscribe("price_M_month", Means.Card).Text("id");
        World.ChangeSubscription(id, new JsonObject { ["cancel_at_period_end"] = "true" });
        World.Advance(TimeSpan.FromDays(27));
        Assert.Equal("active", World.Find(id)!.Text("status"));
        World.Advance(TimeSpan.FromDays(2));
        Assert.Equal("canceled", World.Find(id)!.Text("status"));
    }

    [Fact]
    public void A_refund_that_comes_back_is_as_if_it_had_not_been()
    {
        var intent = World.TriggerForeignPayment(490);
        var refund = World.Refund(intent, 200, pending: true).Text("id");
        World.SettleRefund(refund, arrived: false);
        Assert.Equal("failed", World.Find(refund)!.Text("status"));
        Assert.Equal(0, World.Find(World.Find(intent)!.Text("latest_charge"))!.Number("amount_refunded"));
    }

    [Fact]
    public async Task A_page_takes_money_declines_and_leads_back()
    {
        var session = World.NewSession(FormTree.Parse([new("mode", "payment"), new("line_items[0][price]", "price_potion_small"), new("success_url", "https://a.test/?s={CHECKOUT_SESSION_ID}"), new("cancel_url", "https://a.test/no")])).Text("id");
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var page = $"{_fake.Url}/pay/{session}";
        Assert.Contains("4.90 EUR", await browser.GetStringAsync(page), StringComparison.Ordinal);
        Assert.Contains("declined", await (await browser.PostAsync(page + "?with=decline", null)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("https://a.test/no", (await browser.PostAsync(page + "?with=cancel", null)).Headers.Location!.ToString());
        Assert.Equal($"https://a.test/?s={session}", (await browser.PostAsync(page + "?with=sepa", null)).Headers.Location!.ToString());
        Assert.Equal("unpaid", World.Find(session)!.Text("payment_status"));
        World.Advance(TimeSpan.FromDays(5));
        Assert.Equal("paid", World.Find(session)!.Text("payment_status"));
        Assert.Contains("Fake Stripe", await browser.GetStringAsync(_fake.Url), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_come_as_the_seed_has_it()
    {
        async Task<List<string>> DeliverAsync(int seed)
        {
            var got = new List<string>();
            using var client = new HttpClient(new Recorder(got));
            _fake.Webhooks.To(client, "http://localhost/", automatic: false, "whsec");
            _fake.Webhooks.Take();
            for (var i = 0; i < 30; i++)
                World.NewCustomer($"{i}", null);
            _fake.Webhooks.Chaos = new Chaos(seed, Lost: 0.2, Twice: 0.2, Window: 5);
            await _fake.Webhooks.FlushAsync();
            return got;
        }

        var (one, same, other) = (await DeliverAsync(1), await DeliverAsync(1), await DeliverAsync(2));
        Assert.Equal(one, same);
        Assert.NotEqual(one, other);
        Assert.True(one.Distinct(StringComparer.Ordinal).Count() < 30 && one.Count > one.Distinct(StringComparer.Ordinal).Count());
        Assert.NotEqual(one.Order(StringComparer.Ordinal), one);
    }

    sealed class Recorder(List<string> got) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            got.Add(JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!["data"]!["object"]!["email"]!.GetValue<string>());
            return new HttpResponseMessage();
        }
    }
}
