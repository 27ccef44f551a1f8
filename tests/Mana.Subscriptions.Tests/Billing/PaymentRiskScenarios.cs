using Mana.FakeStripe.World;

namespace Mana.Subscriptions.Tests.Billing;

/// <summary>commerce.md 7.8: a dispute flags the account, whatever was paid for, and bank debits are not offered to it any more.</summary>
public sealed class PaymentRiskScenarios(SubscriptionsFixture shop) : IClassFixture<SubscriptionsFixture>
{
    static readonly string[] Card = ["card"];
    static readonly string[] Both = ["card", "sepa_debit"];

    string[] MethodsOf(string id) => [.. shop.World.Find(id)!["payment_method_types"]!.AsArray().Select(method => method!.GetValue<string>())];

    string LastInvoiceIntent() => shop.World.All("payment_intent")[^1]["id"]!.GetValue<string>();

    async Task<string[]> PackMethodsAsync(Caller person)
    {
        var pack = await shop.ScalarAsync<Guid>("SELECT id FROM credits.packages WHERE sort_order = 1");
        var purchase = Guid.Parse((await person.PostAsync("credits/purchase", new { packageId = pack })).Ok().String("purchaseId")!);
        return MethodsOf((await shop.ScalarAsync<string>("SELECT stripe_payment_intent_id FROM credits.purchases WHERE id = $1", purchase))!);
    }

    /// <summary>Subscribes by bank debit, has the money taken back and the subscription ended.</summary>
    async Task DisputedAsync(Caller person)
    {
        var session = await shop.CheckoutAsync(person, "S");
        Assert.Equal(Both, MethodsOf(session));
        shop.World.PaySession(session, Means.Card);
        await shop.TellAsync();
        shop.World.Dispute(LastInvoiceIntent());
        await shop.TellAsync();
        shop.World.CancelSubscription(shop.World.Find(session)!["subscription"]!.GetValue<string>());
        await shop.TellAsync();
    }

    [Fact]
    public async Task Section_7_8_a_disputed_invoice_flags_the_person_for_plans_and_packs()
    {
        var (person, other, admin) = (await shop.PersonAsync(), await shop.PersonAsync(), await shop.MemberAsync("admin"));
        await DisputedAsync(person);
        var told = (await admin.GetAsync("admin/stripe/risk/" + person.UserId)).Ok();
        Assert.True(told["paymentRisk"].GetBoolean());
        Assert.Equal(1, told["causes"].GetArrayLength());
        Assert.Equal(Card, MethodsOf(await shop.CheckoutAsync(person, "M")));
        Assert.Equal(Card, await PackMethodsAsync(person));

        Assert.Equal(Both, MethodsOf(await shop.CheckoutAsync(other, "M")));
        Assert.Equal(Both, await PackMethodsAsync(other));
        Assert.False((await admin.GetAsync("admin/stripe/risk/" + other.UserId)).Ok()["paymentRisk"].GetBoolean());
        (await other.GetAsync("admin/stripe/risk/" + person.UserId)).Refused(403, "forbidden");
        (await other.SendAsync(HttpMethod.Delete, "admin/stripe/risk/" + person.UserId, null)).Refused(403, "forbidden");
    }

    [Fact]
    public async Task Section_7_8_an_open_page_with_bank_debit_is_not_given_out_again_after_a_dispute()
    {
        var person = await shop.PersonAsync();
        var pack = await shop.ScalarAsync<Guid>("SELECT id FROM credits.packages WHERE sort_order = 1");
        var purchase = Guid.Parse((await person.PostAsync("credits/purchase", new { packageId = pack })).Ok().String("purchaseId")!);
        var intent = (await shop.ScalarAsync<string>("SELECT stripe_payment_intent_id FROM credits.purchases WHERE id = $1", purchase))!;
        shop.World.Pay(intent, Means.Card);
        await shop.TellAsync();
        var page = await shop.CheckoutAsync(person, "S");
        Assert.Equal(Both, MethodsOf(page));
        shop.World.Dispute(intent);
        await shop.TellAsync();
        var next = await shop.CheckoutAsync(person, "S");
        Assert.NotEqual(page, next);
        Assert.Equal(Card, MethodsOf(next));
        Assert.Equal("expired", shop.World.Find(page)!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Section_7_8_an_administrator_lifts_it_and_only_another_dispute_brings_it_back()
    {
        var (person, admin) = (await shop.PersonAsync(), await shop.MemberAsync("admin"));
        await DisputedAsync(person);
        var dispute = shop.World.All("dispute")[^1]["id"]!.GetValue<string>();
        (await admin.SendAsync(HttpMethod.Delete, "admin/stripe/risk/" + person.UserId, null)).Ok();
        (await admin.SendAsync(HttpMethod.Delete, "admin/stripe/risk/" + person.UserId, null)).Refused(404, "not_found");
        shop.World.CloseDispute(dispute, won: false);
        await shop.TellAsync();
        var told = (await admin.GetAsync("admin/stripe/risk/" + person.UserId)).Ok();
        Assert.Equal((false, admin.UserId), (told["paymentRisk"].GetBoolean(), told["causes"][0].GetProperty("liftedBy").GetString()));
        Assert.Equal(Both, await PackMethodsAsync(person));

        await DisputedAsync(person);
        Assert.Equal(Card, await PackMethodsAsync(person));
    }

    [Fact]
    public async Task Section_7_8_a_dispute_that_was_won_leaves_the_flag()
    {
        var person = await shop.PersonAsync();
        await DisputedAsync(person);
        shop.World.CloseDispute(shop.World.All("dispute")[^1]["id"]!.GetValue<string>(), won: true);
        await shop.TellAsync();
        Assert.Equal(Card, await PackMethodsAsync(person));
    }
}
