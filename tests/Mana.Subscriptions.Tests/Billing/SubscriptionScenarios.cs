using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.FakeStripe.World;
using Mana.Payments.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions.Tests.Billing;

/// <summary>commerce.md 17, scenarios 97–104 and 107–112.</summary>
public sealed class SubscriptionScenarios(SubscriptionsFixture shop) : IClassFixture<SubscriptionsFixture>
{
    [Fact]
    public async Task Scenario_97_six_plans_without_a_token()
    {
        var plans = (await shop.Anybody().GetAsync("subscriptions/plans")).Ok().Body.EnumerateArray().Where(plan => plan.GetProperty("sortOrder").GetInt32() < 6).ToList();
        Assert.Equal(["Free", "Mana Quelle S", "Mana Quelle M", "Mana Quelle L", "Mana Quelle XL", "Mana Quelle XXL"], plans.Select(plan => plan.GetProperty("name").GetString()));
        Assert.Equal([50, 500, 1000, 2000, 4000, 10000], plans.Select(plan => plan.GetProperty("monthlyCredits").GetInt32()));
        Assert.Equal([0, 4790, 9590, 19190, 38390, 95990], plans.Select(plan => plan.GetProperty("priceYearlyEuroCents").GetInt32()));
        Assert.All(plans, plan => Assert.Equal(JsonValueKind.Array, plan.GetProperty("features").ValueKind));
        (await shop.Anybody().GetAsync("subscriptions/plans/" + await shop.PlanIdAsync("M"))).Ok();
        (await shop.Anybody().GetAsync("subscriptions/plans/" + Guid.NewGuid())).Refused(404, "not_found", "Plan not found");
        (await shop.Anybody().GetAsync("subscriptions/plans/x")).Refused(404, "not_found");
    }

    [Fact]
    public async Task Scenario_98_who_has_not_subscribed_is_on_the_free_plan()
    {
        var current = (await (await shop.PersonAsync()).GetAsync("subscriptions/current")).Ok();
        Assert.Equal(JsonValueKind.Null, current["subscription"].ValueKind);
        Assert.Equal(("Free", true), (current.String("plan", "name"), current["isFreePlan"].GetBoolean()));
        (await shop.Anybody().GetAsync("subscriptions/current")).Refused(401);
    }

    [Fact]
    public async Task Scenario_98_without_any_plan_in_the_database_there_is_still_a_free_one()
    {
        var empty = new SubscriptionsFixture();
        try
        {
            await empty.InitializeAsync();
            await empty.ScalarAsync<object>("DELETE FROM subscriptions.plans");
            var person = await empty.PersonAsync();
            var plan = (await person.GetAsync("subscriptions/current")).Ok()["plan"];
            Assert.Equal(("free", "Free", 0, 1, 1), (plan.GetProperty("id").GetString(), plan.GetProperty("name").GetString(), plan.GetProperty("monthlyCredits").GetInt32(),
                plan.GetProperty("maxTeamMembers").GetInt32(), plan.GetProperty("maxOrganizations").GetInt32()));
            Assert.Empty((await empty.Anybody().GetAsync("subscriptions/plans")).Ok().Body.EnumerateArray());
            var limits = (await empty.Service().GetAsync("internal/plan-limits/" + person.UserId)).Ok();
            Assert.Equal((1, 1), (limits["maxTeamMembers"].GetInt32(), limits["maxOrganizations"].GetInt32()));
        }
        finally
        {
            await empty.DisposeAsync();
        }
    }

    [Fact]
    public async Task Scenario_99_a_checkout_says_whose_it_is_and_refuses_what_makes_no_sense()
    {
        var person = await shop.PersonAsync();
        var session = shop.World.Find(await shop.CheckoutAsync(person, "M"))!;
        Assert.Equal(person.UserId, session["metadata"]!["userId"]!.GetValue<string>());
        Assert.NotNull(session["customer"]);
        Assert.Equal(999, session["amount_total"]!.GetValue<long>());

        Task<Answer> TryAsync(Caller who, object plan, string success = "https://mana.how/") =>
            who.PostAsync("subscriptions/checkout", new { planId = plan, billingInterval = "month", successUrl = success, cancelUrl = "https://mana.how/" });
        (await TryAsync(person, await shop.PlanIdAsync("XXL"))).Refused(400, "invalid_state", "Stripe price not configured for this plan");
        (await TryAsync(person, await shop.PlanIdAsync("Free"))).Refused(400, "invalid_state");
        (await TryAsync(person, Guid.NewGuid())).Refused(404, "not_found", "Plan not found");
        (await TryAsync(person, "x")).Refused(400, "validation_failed");
        foreach (var url in (string[])["https://evil.example/", "https://mana.how.evil.example/x", "//mana.how", "https://mana.how@evil.example"])
            (await TryAsync(person, await shop.PlanIdAsync("M"), url)).Refused(400, "validation_failed");
        var admin = await shop.MemberAsync("admin");
        var old = Guid.Parse((await admin.PostAsync("admin/subscriptions/plans", new { name = "Alt", priceMonthlyEuroCents = 100, active = false, sortOrder = 99 })).Ok(201).String("id")!);
        (await TryAsync(person, old)).Refused(404);
        (await person.PostAsync("admin/subscriptions/plans", new { name = "x" })).Refused(403, "forbidden");
        await shop.SubscribedAsync(person, "M");
        (await TryAsync(person, await shop.PlanIdAsync("L"))).Refused(409, "conflict");
    }

    [Fact]
    public async Task Scenario_100_a_new_subscription_is_the_current_one()
    {
        var person = await shop.PersonAsync();
        var id = await shop.SubscribedAsync(person, "M", "year");
        var current = (await person.GetAsync("subscriptions/current")).Ok();
        Assert.Equal(("Mana Quelle M", false), (current.String("plan", "name"), current["isFreePlan"].GetBoolean()));
        var row = current["subscription"];
        Assert.Equal((id, "active", "year", "price_M_year"),
            (row.GetProperty("stripeSubscriptionId").GetString(), row.GetProperty("status").GetString(), row.GetProperty("billingInterval").GetString(), row.GetProperty("stripePriceId").GetString()));
        Assert.Equal(shop.Clock.GetUtcNow().AddYears(1), row.GetProperty("currentPeriodEnd").GetDateTimeOffset());
        Assert.Equal(current.Text, (await shop.Service().GetAsync("internal/subscription/" + person.UserId)).Ok().Text);
    }

    [Fact]
    public async Task Scenario_101_the_older_shape_makes_the_same_rows()
    {
        var (older, newer) = (await shop.PersonAsync(), await shop.PersonAsync());
        shop.World.LegacyShapes = true;
        await shop.SubscribedAsync(older, "S");
        shop.World.LegacyShapes = false;
        await shop.SubscribedAsync(newer, "S");
        async Task<string> RowAsync(Caller person) => (await shop.ScalarAsync<string>("""
            SELECT (to_jsonb(s) - 'id' - 'user_id' - 'stripe_subscription_id' - 'stripe_customer_id' - 'created_at' - 'updated_at')::text || (to_jsonb(i) - 'id' - 'user_id' - 'subscription_id'
              - 'stripe_invoice_id' - 'stripe_customer_id' - 'number' - 'hosted_invoice_url' - 'invoice_pdf_url')::text
            FROM subscriptions.subscriptions s JOIN subscriptions.invoices i ON i.subscription_id = s.id WHERE s.user_id = $1
            """, person.UserId))!;
        Assert.Equal(await RowAsync(newer), await RowAsync(older));
        Assert.Equal((500, 500), (await shop.CreditsOfAsync(older), await shop.CreditsOfAsync(newer)));
    }

    [Fact]
    public async Task Scenario_102_a_mapped_customer_and_a_known_price_are_enough_and_nothing_is_foreign()
    {
        var person = await shop.PersonAsync();
        var customer = Assert.IsType<StripeResult<string>.Ok>(await shop.Host.Services.GetRequiredService<IStripeCustomers>().GetOrCreateAsync(person.UserId, null, default)).Value;
        System.Text.Json.Nodes.JsonObject Form(string price, string who) => JsonSerializer.Deserialize<System.Text.Json.Nodes.JsonObject>(
            $$"""{"mode":"subscription","customer":"{{who}}","success_url":"https://mana.how","line_items":{"0":{"price":"{{price}}","quantity":"1"} } }""")!;
        shop.World.PaySession(shop.World.NewSession(Form("price_M_month", customer))["id"]!.GetValue<string>(), Means.Card);
        await shop.TellAsync();
        Assert.Equal("active", await shop.StatusAsync(person));

        var stranger = shop.World.NewCustomer("x@example.test", null)["id"]!.GetValue<string>();
        var price = shop.World.NewPrice("prod_S", 3999, "eur", "year", null)["id"]!.GetValue<string>();
        shop.World.PaySession(shop.World.NewSession(Form(price, stranger))["id"]!.GetValue<string>(), Means.Card);
        await shop.TellAsync();
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM payments.events WHERE status IN ('quarantined', 'dead')"));
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM subscriptions.subscriptions WHERE stripe_customer_id = $1", stranger));
    }

    [Fact]
    public async Task Scenario_103_104_news_in_the_wrong_order_end_right()
    {
        var person = await shop.PersonAsync();
        shop.World.PaySession(await shop.CheckoutAsync(person, "M"), Means.Card);
        var events = shop.Stripe.Webhooks.Take();
        await shop.TellAsync(events.Reverse());
        Assert.Equal(("active", 1000), (await shop.StatusAsync(person), await shop.CreditsOfAsync(person)));
        var id = await shop.ScalarAsync<string>("SELECT stripe_subscription_id FROM subscriptions.subscriptions WHERE user_id = $1", person.UserId);
        shop.World.CancelSubscription(id!);
        await shop.TellAsync(shop.Stripe.Webhooks.Take().Concat(events));
        Assert.Equal(("canceled", 1000), (await shop.StatusAsync(person), await shop.CreditsOfAsync(person)));
        Assert.NotEqual(default, await shop.ScalarAsync<DateTime>("SELECT ended_at FROM subscriptions.subscriptions WHERE user_id = $1", person.UserId));
        Assert.Equal(1, await shop.ScalarAsync<long>("SELECT count(*) FROM subscriptions.invoices WHERE user_id = $1", person.UserId));
    }

    [Fact]
    public async Task Scenario_108_cancelling_reactivating_and_cancelling_again()
    {
        var person = await shop.PersonAsync();
        (await person.PostAsync("subscriptions/cancel")).Refused(404, "not_found", "No active subscription");
        (await person.PostAsync("subscriptions/reactivate")).Refused(404, "not_found", "No canceled subscription to reactivate");
        var id = await shop.SubscribedAsync(person, "S");
        for (var i = 0; i < 2; i++)
        {
            var cancelled = (await person.PostAsync("subscriptions/cancel")).Ok();
            Assert.True(cancelled["cancelAtPeriodEnd"].GetBoolean());
            Assert.Equal(shop.Clock.GetUtcNow().AddMonths(1), cancelled["currentPeriodEnd"].GetDateTimeOffset());
            Assert.True(shop.World.Find(id)!["cancel_at_period_end"]!.GetValue<bool>());
            (await person.PostAsync("subscriptions/reactivate")).Ok();
            Assert.False(shop.World.Find(id)!["cancel_at_period_end"]!.GetValue<bool>());
        }

        shop.World.CancelSubscription(id);
        await shop.TellAsync();
        (await person.PostAsync("subscriptions/reactivate")).Refused(404, message: "No canceled subscription to reactivate");
        (await person.PostAsync("subscriptions/cancel")).Refused(404);
    }

    [Fact]
    public async Task Scenario_109_the_portal_needs_a_customer()
    {
        var person = await shop.PersonAsync();
        (await person.PostAsync("subscriptions/portal", new { returnUrl = "https://mana.how/subscription" })).Refused(400, "invalid_state");
        await shop.CheckoutAsync(person, "S");
        Assert.NotNull((await person.PostAsync("subscriptions/portal", new { returnUrl = "https://mana.how/subscription" })).Ok().String("url"));
        (await person.PostAsync("subscriptions/portal", new { returnUrl = "https://evil.example" })).Refused(400, "validation_failed");
    }

    [Fact]
    public async Task Scenario_110_limits_of_plans()
    {
        async Task<string> LimitsAsync(Caller person) => (await shop.Service().GetAsync("internal/plan-limits/" + person.UserId)).Ok().Text;
        var limits = shop.Host.Services.GetRequiredService<IPlanLimits>();
        var free = await shop.PersonAsync();
        Assert.Equal("""{"maxTeamMembers":1,"maxOrganizations":1}""", await LimitsAsync(free));
        Assert.Null(await limits.OfAsync(free.UserId, default));
        var (small, medium, endless) = (await shop.PersonAsync(), await shop.PersonAsync(), await shop.PersonAsync());
        await shop.SubscribedAsync(small, "S");
        Assert.Equal("""{"maxTeamMembers":1,"maxOrganizations":1}""", await LimitsAsync(small));
        await shop.SubscribedAsync(medium, "M");
        Assert.Equal("""{"maxTeamMembers":3,"maxOrganizations":2}""", await LimitsAsync(medium));
        Assert.Equal(new PlanLimits(2, 3), await limits.OfAsync(medium.UserId, default));
        await shop.SubscribedAsync(endless, "L");
        await shop.ScalarAsync<object>("UPDATE subscriptions.subscriptions SET plan_id = $2 WHERE user_id = $1", endless.UserId, await shop.PlanIdAsync("XXL"));
        Assert.Equal("""{"maxTeamMembers":null,"maxOrganizations":null}""", await LimitsAsync(endless));
        Assert.Equal(new PlanLimits(int.MaxValue, int.MaxValue), await limits.OfAsync(endless.UserId, default));
        (await shop.Anybody().GetAsync("internal/plan-limits/x")).Refused(401);
    }

    [Fact]
    public async Task Scenario_111_invoices_are_ones_own_newest_first()
    {
        var (person, other) = (await shop.PersonAsync(), await shop.PersonAsync());
        var id = await shop.SubscribedAsync(person, "S");
        shop.Advance(TimeSpan.FromDays(32));
        await shop.TellAsync();
        var again = await shop.PersonAsync(person.UserId);
        var invoices = (await again.GetAsync("subscriptions/invoices")).Ok().Body.EnumerateArray().ToList();
        Assert.Equal(2, invoices.Count);
        Assert.True(invoices[0].GetProperty("createdAt").GetDateTimeOffset() > invoices[1].GetProperty("createdAt").GetDateTimeOffset());
        Assert.All(invoices, invoice =>
        {
            Assert.Equal(("paid", 499, "eur"), (invoice.GetProperty("status").GetString(), invoice.GetProperty("amountPaidEuroCents").GetInt32(), invoice.GetProperty("currency").GetString()));
            Assert.Equal(JsonValueKind.String, invoice.GetProperty("paidAt").ValueKind);
            Assert.Equal(JsonValueKind.String, invoice.GetProperty("subscriptionId").ValueKind);
        });
        Assert.Equal(1, (await again.GetAsync("subscriptions/invoices?limit=1")).Ok().Body.GetArrayLength());
        (await again.GetAsync("subscriptions/invoices?limit=x")).Refused(400, "validation_failed");
        Assert.Equal(0, (await (await shop.PersonAsync(other.UserId)).GetAsync("subscriptions/invoices")).Ok().Body.GetArrayLength());
        Assert.NotNull(id);
    }

    [Fact]
    public async Task Scenario_112_a_second_live_one_cannot_be_stored()
    {
        var person = await shop.PersonAsync();
        var first = await shop.CheckoutAsync(person, "S");
        var customer = shop.World.Find(first)!["customer"]!.GetValue<string>();
        // By a way that we do not see, such as Stripe's dashboard: our own pages do not allow it.
        var second = shop.World.NewSession(JsonSerializer.Deserialize<System.Text.Json.Nodes.JsonObject>(
            $$"""{"mode":"subscription","customer":"{{customer}}","success_url":"https://mana.how","line_items":{"0":{"price":"price_M_month","quantity":"1"} } }""")!)["id"]!.GetValue<string>();
        shop.World.PaySession(first, Means.Card);
        await shop.TellAsync();
        shop.World.PaySession(second, Means.Card);
        await shop.TellAsync();
        Assert.Equal(1, await shop.ScalarAsync<long>("SELECT count(*) FROM subscriptions.subscriptions WHERE user_id = $1", person.UserId));
        Assert.True(await shop.ScalarAsync<long>("SELECT count(*) FROM payments.events WHERE status = 'quarantined' AND last_error = 'second_subscription'") > 0);
        Assert.Equal(500, await shop.CreditsOfAsync(person));

        // The first ends without a word; what comes of the second finds room.
        shop.World.CancelSubscription(shop.World.Find(first)!["subscription"]!.GetValue<string>());
        shop.Stripe.Webhooks.Take();
        await shop.ReconcileAsync(ReconciliationScope.All);
        Assert.Equal(1500, await shop.CreditsOfAsync(person));
        Assert.Equal("Mana Quelle M", (await person.GetAsync("subscriptions/current")).Ok().String("plan", "name"));
        await shop.ScalarAsync<object>("DELETE FROM payments.events WHERE status = 'quarantined'");
    }

    [Fact]
    public async Task Without_webhooks_a_checkout_is_asked_about()
    {
        var person = await shop.PersonAsync();
        shop.World.PaySession(await shop.CheckoutAsync(person, "S"), Means.Card);
        shop.Stripe.Webhooks.Take();
        Assert.Null(await shop.StatusAsync(person));
        await shop.ReconcileAsync(ReconciliationScope.Open);
        Assert.Equal(("active", 500), (await shop.StatusAsync(person), await shop.CreditsOfAsync(person)));
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM subscriptions.checkouts WHERE user_id = $1", person.UserId));
    }
}
