using Mana.Payments.Contracts;

namespace Mana.Credits.Tests.Purchases;

/// <summary>What a review of the money found: prices that differ, keys that are forgotten, rows that wait for ever.</summary>
public sealed class PurchaseGuards(ShopFixture shop) : IClassFixture<ShopFixture>
{
    static object Buy(Guid package) => new { packageId = package, successUrl = "https://mana.how/a", cancelUrl = "https://mana.how/b" };

    [Fact]
    public async Task A_page_asks_for_what_the_pack_costs_whatever_its_price_at_Stripe_is()
    {
        var (admin, person) = (await shop.AdminAsync(), await shop.PersonAsync());
        var package = Guid.Parse((await admin.PostAsync("admin/credits/packages", new { name = "Probe", credits = 10, priceEuroCents = 490, stripePriceId = "price_probe" })).Ok(201).String("id")!);
        var price = shop.Stripe.Put(new StripePrice { Id = "price_probe", ProductId = "prod_probe", UnitAmount = 490, Currency = "eur", Active = true });
        (await person.PostAsync("credits/purchase", Buy(package))).Ok();
        Assert.Equal("price_probe", shop.Stripe.LastSession!.Lines[0].PriceId);
        foreach (var other in (StripePrice[])[price with { UnitAmount = 980 }, price with { Currency = "usd" }, price with { Active = false }, price with { Interval = "month" }])
        {
            shop.Stripe.Put(other);
            (await person.PostAsync("credits/purchase", Buy(package))).Ok();
            Assert.Equal((null, 490L, "eur"), (shop.Stripe.LastSession.Lines[0].PriceId, shop.Stripe.LastSession.Lines[0].UnitAmount, shop.Stripe.LastSession.Lines[0].Currency));
        }

        var cleared = (await admin.SendAsync(new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/admin/credits/packages/{package}")
        {
            Content = new StringContent("""{"stripePriceId":null,"active":false}""", System.Text.Encoding.UTF8, "application/json"),
        })).Ok();
        Assert.Null(cleared.String("stripePriceId"));
    }

    [Fact]
    public async Task A_reference_gives_money_back_once_also_when_Stripe_has_forgotten_the_key()
    {
        var (admin, person) = (await shop.AdminAsync(), await shop.PersonAsync());
        var (purchase, _) = await shop.BoughtAsync(person);
        async Task<Answer> RefundAsync(int cents, string reference) => await admin.PostAsync($"admin/credits/purchases/{purchase}/refund", new { amountEuroCents = cents, referenceId = reference });
        var first = (await RefundAsync(98, "ticket-7")).Ok().String("refundId");
        shop.Stripe.ForgetKeys();
        Assert.Equal(first, (await RefundAsync(98, "ticket-7")).Ok().String("refundId"));
        (await RefundAsync(99, "ticket-7")).Refused(400, "invalid_state");
        Assert.Equal(("partially_refunded", 280), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
        foreach (var reference in (string[])["a\nb", "a\rb", "ü"])
            (await RefundAsync(1, reference)).Refused(400, "validation_failed");
    }

    [Fact]
    public async Task A_key_belongs_to_one_way_of_paying()
    {
        var person = await shop.PersonAsync();
        var package = await shop.SmallPackAsync();
        (await person.PostAsync("credits/purchase", new { packageId = package }, key: "way-1")).Ok();
        (await person.PostAsync("credits/purchase", Buy(package), key: "way-1")).Refused(409, "idempotency_mismatch");
        (await person.PostAsync("credits/purchase", Buy(package), key: "way-2")).Ok();
        (await person.PostAsync("credits/purchase", new { packageId = package }, key: "way-2")).Refused(409, "idempotency_mismatch");
        (await person.PostAsync("credits/purchase", Buy(package), key: "way-2")).Ok();
    }

    [Fact]
    public async Task A_dispute_after_a_full_refund_is_remembered()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BoughtAsync(person);
        await shop.TellAsync("refund.created", shop.Refund(intent, 490).Id);
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        await shop.TellAsync("charge.dispute.created", shop.Dispute(intent).Id);
        Assert.True(await shop.ScalarAsync<bool>("SELECT disputed_at IS NOT NULL FROM credits.purchases WHERE id = $1", purchase));
        await shop.BegunAsync(person);
        Assert.Equal(["card"], shop.Stripe.LastIntent!.PaymentMethodTypes);
    }

    /// <summary>More wait than one look takes, and Stripe knows none of them: the one behind them has its turn too.</summary>
    [Fact]
    public async Task What_nothing_comes_of_does_not_keep_others_from_being_asked_about()
    {
        var person = await shop.PersonAsync();
        await shop.ScalarAsync<object>("""
            INSERT INTO credits.purchases (id, user_id, package_id, credits, price_euro_cents, status, stripe_payment_intent_id, created_at, updated_at)
            SELECT gen_random_uuid(), 'nobody', $1, 1, 100, 'failed', 'pi_gone_' || n, $2, $2 FROM generate_series(1, 500) AS n
            """, await shop.SmallPackAsync(), shop.Clock.GetUtcNow().AddDays(-1));
        var (purchase, intent) = await shop.BegunAsync(person);
        shop.Pay(intent);
        shop.Clock.Advance(TimeSpan.FromMinutes(16));
        await shop.ReconcileAsync();
        await shop.ReconcileAsync();
        Assert.Equal("completed", await shop.StatusAsync(purchase));
        await shop.ScalarAsync<object>("DELETE FROM credits.purchases WHERE user_id = 'nobody'");
    }
}
