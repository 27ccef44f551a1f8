using Mana.Payments.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Purchases;

/// <summary>commerce.md 17, scenarios 37–52: beginning a purchase, and money that comes.</summary>
public sealed class PurchaseScenarios(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task Scenario_37_packs_are_public_active_and_in_order()
    {
        await shop.ScalarAsync<object>(
            "INSERT INTO credits.packages (id, name, credits, price_euro_cents, active, sort_order, created_at, updated_at) VALUES (gen_random_uuid(), 'Alt', 1, 100, false, 0, now(), now())");
        var packages = (await shop.Anybody().GetAsync("credits/packages")).Ok().Body.EnumerateArray().ToList();
        Assert.Equal(["Kleiner Mana Trank", "Mittlerer Mana Trank", "Großer Mana Trank", "Riesiger Mana Trank"], packages.Select(package => package.GetProperty("name").GetString()));
        Assert.Equal([(350, 490), (700, 980), (1400, 1960), (2800, 3920)], packages.Select(package => (package.GetProperty("credits").GetInt32(), package.GetProperty("priceEuroCents").GetInt32())));
    }

    [Fact]
    public async Task Scenario_38_an_unknown_or_inactive_pack_is_404_and_stripe_hears_nothing()
    {
        var (person, calls) = (await shop.PersonAsync(), shop.Stripe.Calls.Count);
        (await person.PostAsync("credits/purchase", new { packageId = Guid.NewGuid() })).Refused(404, "not_found", "Package not found or inactive");
        await shop.ScalarAsync<object>(
            "INSERT INTO credits.packages (id, name, credits, price_euro_cents, active, sort_order, created_at, updated_at) VALUES ('00000000-0000-0000-0000-000000000001', 'Weg', 1, 100, false, 9, now(), now())");
        (await person.PostAsync("credits/purchase", new { packageId = "00000000-0000-0000-0000-000000000001" })).Refused(404, message: "Package not found or inactive");
        (await person.PostAsync("credits/purchase", new { packageId = "x" })).Refused(400, "validation_failed");
        Assert.Equal(calls, shop.Stripe.Calls.Count);
    }

    [Fact]
    public async Task Scenario_39_without_urls_the_client_gets_a_secret()
    {
        var person = await shop.PersonAsync();
        var begun = (await person.PostAsync("credits/purchase", new { packageId = await shop.SmallPackAsync() })).Ok();
        Assert.Equal((490m, 350m), (begun.Number("amount"), begun.Number("credits")));
        Assert.EndsWith("_secret_x", begun.String("clientSecret"), StringComparison.Ordinal);
        Assert.Null(begun.String("checkoutUrl"));
        var id = begun.String("purchaseId")!;
        var asked = shop.Stripe.LastIntent!;
        Assert.Equal((490, "eur"), (asked.Amount, asked.Currency));
        Assert.Equal(["card", "sepa_debit"], asked.PaymentMethodTypes);
        Assert.Equal((person.UserId, (await shop.SmallPackAsync()).ToString(), id), (asked.Metadata["userId"], asked.Metadata["packageId"], asked.Metadata["purchaseId"]));
        Assert.Contains("pi:" + id, shop.Stripe.Calls);
        var row = (await person.GetAsync("credits/purchase/" + id)).Ok();
        Assert.Equal("pending", row.String("status"));
        Assert.StartsWith("pi_", row.String("stripePaymentIntentId"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_40_with_urls_of_ours_there_is_a_page_and_with_others_a_400()
    {
        var person = await shop.PersonAsync();
        var package = await shop.SmallPackAsync();
        var begun = (await person.PostAsync("credits/purchase", new { packageId = package, successUrl = "https://mana.how/?app=credits&success=true", cancelUrl = "https://mana.how/?canceled=true" })).Ok();
        Assert.StartsWith("https://", begun.String("checkoutUrl"), StringComparison.Ordinal);
        Assert.Null(begun.String("clientSecret"));
        Assert.Equal(begun.String("purchaseId"), shop.Stripe.LastSession!.ClientReferenceId);
        Assert.Equal(begun.String("purchaseId"), shop.Stripe.LastSession.InnerMetadata!["purchaseId"]);
        foreach (var url in (string[])["https://evil.example/", "https://mana.how.evil.example/", "https://mana.how@evil.example/", "javascript:alert(1)", "/relative", "http://mana.how/"])
            (await person.PostAsync("credits/purchase", new { packageId = package, successUrl = url, cancelUrl = "https://mana.how/" })).Refused(400, "validation_failed");
        (await person.PostAsync("credits/purchase", new { packageId = package, successUrl = "https://mana.how/" })).Refused(400);
        var link = (await person.PostAsync("credits/payment-link", new { packageId = package, roomId = "!room:mana.how" })).Ok();
        Assert.Equal(("Kleiner Mana Trank", 350m, 490m), (link.String("package", "name"), link.Number("package", "credits"), link.Number("package", "priceEuroCents")));
        // A little less than the day that Stripe allows by its own clock.
        Assert.Equal(shop.Clock.GetUtcNow().AddHours(24).AddMinutes(-10), link["expiresAt"].GetDateTimeOffset());
    }

    [Fact]
    public async Task A_page_that_is_asked_for_again_is_the_same_one_or_a_409()
    {
        var person = await shop.PersonAsync();
        var package = await shop.SmallPackAsync();
        Task<Answer> AskAsync(string page) => person.PostAsync("credits/purchase", new { packageId = package, successUrl = page, cancelUrl = "https://mana.how/", idempotencyKey = "page-once" });
        var first = (await AskAsync("https://mana.how/?a")).Ok();
        Assert.Equal(first.String("checkoutUrl"), (await AskAsync("https://mana.how/?a")).Ok().String("checkoutUrl"));
        (await AskAsync("https://mana.how/?b")).Refused(409, "idempotency_mismatch");
        Assert.Equal(first.String("checkoutUrl"), (await AskAsync("https://mana.how/?a")).Ok().String("checkoutUrl"));
    }

    [Fact]
    public async Task Scenario_41_without_a_key_503_and_when_stripe_fails_502()
    {
        await using (var host = await new TestHost(shop.Database).StartAsync())
        {
            var poor = new Caller(await new TokenForge(host).ClientForAsync("poor"), "poor");
            (await poor.PostAsync("credits/purchase", new { packageId = await shop.SmallPackAsync() })).Refused(503, "stripe_not_configured");
            (await poor.GetAsync("credits/packages")).Ok();
        }

        var person = await shop.PersonAsync();
        shop.Stripe.IsDown = true;
        (await person.PostAsync("credits/purchase", new { packageId = await shop.SmallPackAsync() })).Refused(502, "stripe_error");
        shop.Stripe.IsDown = false;
        var row = (await person.GetAsync("credits/purchases")).Ok().Body[0];
        Assert.Equal(("failed", "initiation_error"), (row.GetProperty("status").GetString(), row.GetProperty("failureCode").GetString()));
    }

    [Fact]
    public async Task Scenario_42_ten_first_purchases_at_once_make_one_customer()
    {
        var person = await shop.PersonAsync();
        var package = await shop.SmallPackAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => person.PostAsync("credits/purchase", new { packageId = package })));
        Assert.All(answers, answer => answer.Ok());
        Assert.Equal(1, await shop.ScalarAsync<long>("SELECT count(DISTINCT stripe_customer_id) FROM credits.purchases WHERE user_id = $1", person.UserId));
        Assert.Equal(10, await shop.ScalarAsync<long>("SELECT count(DISTINCT stripe_payment_intent_id) FROM credits.purchases WHERE user_id = $1", person.UserId));
    }

    [Fact]
    public async Task A_key_begins_one_purchase_and_belongs_to_its_pack()
    {
        var person = await shop.PersonAsync();
        var package = await shop.SmallPackAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => person.PostAsync("credits/purchase", new { packageId = package }, key: "k1")));
        Assert.Single(answers.Select(answer => answer.Ok().Text).Distinct());
        var other = await shop.ScalarAsync<Guid>("SELECT id FROM credits.packages WHERE sort_order = 2");
        (await person.PostAsync("credits/purchase", new { packageId = other }, key: "k1")).Refused(409, "idempotency_mismatch");
        Assert.Equal(1, await shop.ScalarAsync<long>("SELECT count(*) FROM credits.purchases WHERE user_id = $1", person.UserId));
    }

    [Fact]
    public async Task Scenario_43_money_becomes_credits()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BoughtAsync(person);
        var balance = await shop.BalanceAsync(person);
        Assert.Equal((350_000, 350_000), (balance.Available.Milli, balance.TotalEarned.Milli));
        var line = (await person.GetAsync("credits/transactions")).Ok().Body[0];
        Assert.Equal(("purchase", "stripe", 350), (line.GetProperty("type").GetString(), line.GetProperty("appId").GetString(), line.GetProperty("amount").GetInt32()));
        Assert.Contains("350", line.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal("completed", (await person.GetAsync("credits/purchase/" + purchase)).Ok().String("status"));
        Assert.NotNull(intent);
    }

    [Fact]
    public async Task Scenario_44_45_46_however_often_it_is_told_it_is_credited_once()
    {
        var person = await shop.PersonAsync();
        var (_, intent) = await shop.BegunAsync(person);
        shop.Pay(intent);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.TellAsync("payment_intent.succeeded", intent)));
        Assert.Single(outcomes, outcome => outcome is StripeOutcome.Applied);
        Assert.All(outcomes, outcome => Assert.True(outcome is StripeOutcome.Applied or StripeOutcome.Unchanged));
        for (var i = 0; i < 3; i++)
            Assert.IsType<StripeOutcome.Unchanged>(await shop.TellAsync("payment_intent.succeeded", intent));
        Assert.Equal(350, await shop.CreditsOfAsync(person));
        Assert.Equal(1, await shop.LinesAsync(person));
    }

    [Fact]
    public async Task Scenario_47_an_event_before_the_id_was_stored_finds_its_purchase()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BegunAsync(person);
        await shop.ScalarAsync<object>("UPDATE credits.purchases SET stripe_payment_intent_id = NULL, stripe_customer_id = NULL WHERE id = $1", purchase);
        shop.Pay(intent);
        await shop.TellAsync("payment_intent.succeeded", intent);
        Assert.Equal(350, await shop.CreditsOfAsync(person));
        Assert.Equal(intent, await shop.ScalarAsync<string>("SELECT stripe_payment_intent_id FROM credits.purchases WHERE id = $1", purchase));
    }

    [Fact]
    public async Task Scenario_48_a_second_card_pays_what_the_first_could_not()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BegunAsync(person);
        shop.Stripe.Change<StripePaymentIntent>(intent, now => now with { FailureCode = "card_declined", FailureMessage = "Your card was declined." });
        await shop.TellAsync("payment_intent.payment_failed", intent);
        Assert.Equal("failed", await shop.StatusAsync(purchase));
        shop.Pay(intent);
        await shop.TellAsync("payment_intent.succeeded", intent);
        Assert.Equal(("completed", 350), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
    }

    [Fact]
    public async Task Scenario_49_a_failure_that_is_told_late_changes_nothing()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BoughtAsync(person);
        // Even when Stripe itself should say so again.
        shop.Stripe.Change<StripePaymentIntent>(intent, now => now with { Status = "requires_payment_method", FailureCode = "card_declined" });
        await shop.TellAsync("payment_intent.payment_failed", intent);
        shop.Stripe.Change<StripePaymentIntent>(intent, now => now with { Status = "canceled" });
        await shop.TellAsync("payment_intent.canceled", intent);
        Assert.Equal(("completed", 350), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
    }

    [Theory]
    [InlineData(true, "completed", 350)]
    [InlineData(false, "failed", 0)]
    public async Task Scenario_50_a_bank_debit_is_under_way_for_days(bool arrives, string status, long credits)
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BegunAsync(person);
        shop.Stripe.Change<StripePaymentIntent>(intent, now => now with { Status = "processing", PaymentMethodType = "sepa_debit" });
        await shop.TellAsync("payment_intent.processing", intent);
        Assert.Equal(("processing", 0), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
        if (arrives)
            shop.Pay(intent, "sepa_debit");
        else
            shop.Stripe.Change<StripePaymentIntent>(intent, now => now with { Status = "requires_payment_method", FailureCode = "payment_intent_payment_attempt_failed" });
        await shop.TellAsync(arrives ? "payment_intent.succeeded" : "payment_intent.payment_failed", intent);
        Assert.Equal((status, credits), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
        Assert.Equal("sepa_debit", (await person.GetAsync("credits/purchase/" + purchase)).Ok().String("paymentMethodType"));
    }

    [Fact]
    public async Task Scenario_51_money_that_does_not_match_is_not_credited()
    {
        var person = await shop.PersonAsync();
        (Func<StripePaymentIntent, StripePaymentIntent> Wrong, string Why)[] cases =
        [
            (intent => intent with { AmountReceived = 489 }, "amount_mismatch"), (intent => intent with { Currency = "usd" }, "currency_mismatch"),
            (intent => intent with { CustomerId = "cus_somebody" }, "customer_mismatch"), (intent => intent with { Livemode = true }, "livemode_mismatch"),
        ];
        foreach (var (wrong, why) in cases)
        {
            var (purchase, intent) = await shop.BegunAsync(person);
            shop.Pay(intent);
            var right = shop.Stripe.Get<StripePaymentIntent>(intent);
            shop.Stripe.Change(intent, wrong);
            for (var i = 0; i < 2; i++)
                Assert.Equal(why, Assert.IsType<StripeOutcome.Parked>(await shop.TellAsync("payment_intent.succeeded", intent)).Reason);
            Assert.Equal(("pending", 0), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
            if (why != "livemode_mismatch")
                continue;
            // Somebody has looked, and it is right after all.
            shop.Stripe.Put(right);
            await shop.TellAsync("payment_intent.succeeded", intent);
            Assert.Equal(("completed", 350), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
        }
    }

    [Fact]
    public async Task Scenario_52_other_peoples_payments_are_no_error()
    {
        var intent = shop.Stripe.Put(new StripePaymentIntent { Id = "pi_foreign", Amount = 499, AmountReceived = 499, Currency = "eur", Status = "succeeded", CreatedAt = shop.Clock.GetUtcNow() });
        Assert.IsType<StripeOutcome.Foreign>(await shop.TellAsync("payment_intent.succeeded", intent.Id));
    }

    [Fact]
    public async Task Scenario_63_purchases_of_others_are_not_there()
    {
        var (purchase, _) = await shop.BegunAsync(await shop.PersonAsync());
        var other = await shop.PersonAsync();
        (await other.GetAsync("credits/purchase/" + purchase)).Refused(404, "not_found", "Purchase not found");
        (await other.GetAsync("credits/purchase/x")).Refused(404, "not_found", "Purchase not found");
        Assert.Equal(0, (await other.GetAsync("credits/purchases")).Ok().Body.GetArrayLength());
    }

    [Fact]
    public async Task Scenario_64_what_webhooks_do_not_tell_is_asked_for()
    {
        var person = await shop.PersonAsync();
        var (paid, intent) = await shop.BegunAsync(person);
        var (orphan, _) = await shop.BegunAsync(person);
        await shop.ScalarAsync<object>("UPDATE credits.purchases SET stripe_payment_intent_id = NULL WHERE id = $1", orphan);
        var page = (await person.PostAsync("credits/payment-link", new { packageId = await shop.SmallPackAsync() })).Ok();
        var (expired, session) = (Guid.Parse(page.String("purchaseId")!), page.String("url")!.Split('/')[^1]);
        var (untouched, _) = await shop.BegunAsync(person);
        shop.Pay(intent);
        shop.Clock.Advance(TimeSpan.FromMinutes(15));
        await shop.ReconcileAsync();
        Assert.Equal(("completed", 350), (await shop.StatusAsync(paid), await shop.CreditsOfAsync(person)));
        Assert.Equal("pending", await shop.StatusAsync(orphan));
        shop.Clock.Advance(TimeSpan.FromMinutes(50));
        await shop.ReconcileAsync();
        Assert.Equal(("cancelled", "pending"), (await shop.StatusAsync(orphan), await shop.StatusAsync(untouched)));
        shop.Stripe.Change<StripeCheckoutSession>(session, now => now with { Status = "expired" });
        await shop.TellAsync("checkout.session.expired", session);
        Assert.Equal("cancelled", await shop.StatusAsync(expired));
        shop.Clock.Advance(TimeSpan.FromHours(24));
        await shop.ReconcileAsync();
        Assert.Equal("cancelled", await shop.StatusAsync(untouched));
        await shop.IsSoundAsync();
    }

    [Fact]
    public async Task Money_for_a_cancelled_purchase_is_still_owed()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BegunAsync(person);
        shop.Stripe.Change<StripePaymentIntent>(intent, now => now with { Status = "canceled" });
        await shop.TellAsync("payment_intent.canceled", intent);
        Assert.Equal("cancelled", await shop.StatusAsync(purchase));
        shop.Pay(intent);
        await shop.TellAsync("payment_intent.succeeded", intent);
        Assert.Equal(("completed", 350), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
    }
}
