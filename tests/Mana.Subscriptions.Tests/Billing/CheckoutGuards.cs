using System.Text.Json.Nodes;
using Mana.FakeStripe.World;
using Mana.Payments.Contracts;

namespace Mana.Subscriptions.Tests.Billing;

/// <summary>What a review of the money found: nobody pays for two, and a price is what it says, also when it was another's.</summary>
public sealed class CheckoutGuards(SubscriptionsFixture shop) : IClassFixture<SubscriptionsFixture>
{
    string StatusOf(string session) => shop.World.Find(session)!["status"]!.GetValue<string>();

    async Task<Answer> TryAsync(Caller person, string plan) => await person.PostAsync("subscriptions/checkout", new
    {
        planId = await shop.PlanIdAsync(plan), billingInterval = "month", successUrl = "https://mana.how/", cancelUrl = "https://mana.how/",
    });

    string Session(string customer, string price) => shop.World.NewSession(JsonNode.Parse(
        $$"""{"mode":"subscription","customer":"{{customer}}","success_url":"https://mana.how","line_items":{"0":{"price":"{{price}}","quantity":"1"} } }""")!.AsObject())["id"]!.GetValue<string>();

    [Fact]
    public async Task A_new_page_ends_the_one_before_it()
    {
        var person = await shop.PersonAsync();
        var first = await shop.CheckoutAsync(person, "S");
        Assert.Equal(first, await shop.CheckoutAsync(person, "S"));
        var second = await shop.CheckoutAsync(person, "M");
        Assert.Equal(("expired", "open"), (StatusOf(first), StatusOf(second)));
        var third = await shop.CheckoutAsync(person, "S");
        Assert.Equal(("expired", "open"), (StatusOf(second), StatusOf(third)));
        Assert.Equal(third, await shop.CheckoutAsync(person, "S"));
        shop.World.PaySession(third, Means.Card);
        await shop.TellAsync();
        Assert.Equal("active", await shop.StatusAsync(person));
    }

    [Fact]
    public async Task What_was_paid_meanwhile_is_found_before_there_is_another_page()
    {
        var person = await shop.PersonAsync();
        shop.World.PaySession(await shop.CheckoutAsync(person, "S"), Means.Card);
        shop.Stripe.Webhooks.Take();
        (await TryAsync(person, "M")).Refused(409, "conflict");
        Assert.Equal(("active", 500), (await shop.StatusAsync(person), await shop.CreditsOfAsync(person)));
    }

    [Fact]
    public async Task What_somebody_has_at_Stripe_is_found_before_there_is_a_page()
    {
        var person = await shop.PersonAsync();
        var page = await shop.CheckoutAsync(person, "S");
        var customer = shop.World.Find(page)!["customer"]!.GetValue<string>();
        shop.World.PaySession(Session(customer, "price_M_month"), Means.Card);
        shop.Stripe.Webhooks.Take();
        Assert.Null(await shop.StatusAsync(person));
        (await TryAsync(person, "L")).Refused(409, "conflict");
        Assert.Equal(("active", 1000), (await shop.StatusAsync(person), await shop.CreditsOfAsync(person)));
        Assert.Equal("expired", StatusOf(page));
    }

    [Fact]
    public async Task Who_subscribed_at_an_older_price_keeps_the_plan_and_its_credits()
    {
        var person = await shop.PersonAsync();
        await shop.SubscribedAsync(person, "L");
        var admin = await shop.MemberAsync("admin");
        var price = shop.World.NewPrice("prod_L", 2499, "eur", "month", null)["id"]!.GetValue<string>();
        (await admin.SendAsync(HttpMethod.Patch, "admin/subscriptions/plans/" + await shop.PlanIdAsync("L"), new { stripePriceIdMonthly = price, priceMonthlyEuroCents = 2499 })).Ok();
        shop.Advance(TimeSpan.FromDays(31.1));
        await shop.TellAsync();
        Assert.Equal(4000, await shop.CreditsOfAsync(person));
        Assert.Equal("price_L_month", await shop.ScalarAsync<string>("SELECT stripe_price_id FROM subscriptions.subscriptions WHERE user_id = $1", person.UserId));
        var other = await shop.PersonAsync();
        Assert.Equal(2499, shop.World.Find(await shop.CheckoutAsync(other, "L"))!["amount_total"]!.GetValue<long>());
    }

    [Fact]
    public async Task Money_for_a_price_of_no_plan_waits_for_a_person_and_is_made_good()
    {
        var person = await shop.PersonAsync();
        var id = await shop.SubscribedAsync(person, "S");
        var price = shop.World.NewPrice("prod_S", 2500, "eur", "month", null)["id"]!.GetValue<string>();
        shop.World.ChangeSubscription(id, JsonNode.Parse($$$"""{"items":{"0":{"price":"{{{price}}}"}},"proration_behavior":"always_invoice"}""")!.AsObject());
        await shop.TellAsync();
        Assert.Equal(500, await shop.CreditsOfAsync(person));
        Assert.True(await shop.ScalarAsync<long>("SELECT count(*) FROM payments.events WHERE status = 'quarantined' AND last_error = 'price_unknown'") > 0);
        var admin = await shop.MemberAsync("admin");
        (await admin.PostAsync("admin/subscriptions/plans", new { name = "Neu", monthlyCredits = 800, priceMonthlyEuroCents = 2500, stripePriceIdMonthly = price, sortOrder = 50 })).Ok(201);
        await shop.ReconcileAsync(ReconciliationScope.All);
        Assert.Equal(800, await shop.CreditsOfAsync(person));
        Assert.Equal("Neu", (await person.GetAsync("subscriptions/current")).Ok().String("plan", "name"));
    }

    [Fact]
    public async Task A_price_that_is_not_what_the_plan_says_is_not_sold()
    {
        var (admin, person) = (await shop.MemberAsync("admin"), await shop.PersonAsync());
        var plan = "admin/subscriptions/plans/" + await shop.PlanIdAsync("XL");
        (await admin.SendAsync(HttpMethod.Patch, plan, new { priceMonthlyEuroCents = 4999 })).Ok();
        (await TryAsync(person, "XL")).Refused(400, "invalid_state", "Stripe price not configured for this plan");
        var price = shop.World.NewPrice("prod_XL", 4999, "eur", "month", null)["id"]!.GetValue<string>();
        Assert.Equal(price, (await admin.SendAsync(HttpMethod.Patch, plan, new { stripePriceIdMonthly = price })).Ok().String("stripePriceIdMonthly"));
        (await TryAsync(person, "XL")).Ok();
        Assert.Null((await admin.SendAsync(HttpMethod.Patch, plan, """{"stripePriceIdMonthly":null}""")).Ok().String("stripePriceIdMonthly"));
        (await TryAsync(person, "XL")).Refused(400, "invalid_state");
        (await admin.SendAsync(HttpMethod.Patch, plan, new { priceMonthlyEuroCents = 3999 })).Ok();
        (await TryAsync(person, "XL")).Ok();
    }

    [Fact]
    public async Task Half_a_character_is_no_text()
    {
        var person = await shop.PersonAsync();
        foreach (var body in (string[])[
            """{"planId":"\ud800","billingInterval":"\ud800","successUrl":"\ud800","cancelUrl":"\ud800"}""", """{"planId":"x","billingInterval":"\ud800","successUrl":"https://mana.how","cancelUrl":"https://mana.how"}"""])
            (await person.PostAsync("subscriptions/checkout", body)).Refused(400, "validation_failed");
    }
}
