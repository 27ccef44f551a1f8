using System.Text.Json.Nodes;
using Mana.Credits.Contracts;
using Mana.FakeStripe.World;
using Mana.Payments.Contracts;
using Mana.Subscriptions.PlanCredits;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions.Tests.PlanCredits;

/// <summary>What a review of the money found: nobody gets credits twice, or for money that did not come or went back, by changing to and fro. Every test has a clock of its own.</summary>
public sealed class PlanChangeScenarios : PlanChanges
{
    [Fact]
    public async Task A_year_that_was_left_gives_no_more_months()
    {
        await Shop.SubscribedAsync(Person, "S", "year");
        await ChangeAsync("S", "month");
        Assert.Equal(500, await CreditsAsync());
        await MonthAsync(1);
        Assert.Equal(1000, await CreditsAsync());
        await MonthAsync(2);
        Assert.Equal(1500, await CreditsAsync());
    }

    [Fact]
    public async Task To_month_and_back_to_year_gives_the_months_of_one_year()
    {
        await Shop.SubscribedAsync(Person, "S", "year");
        for (var i = 0; i < 3; i++)
        {
            await ChangeAsync("S", "month");
            await ChangeAsync("S", "year");
        }

        Assert.Equal(500, await CreditsAsync());
        await MonthAsync(1);
        Assert.Equal(1000, await CreditsAsync());
        await MonthAsync(3);
        Assert.Equal(2000, await CreditsAsync());
    }

    [Fact]
    public async Task An_upgrade_that_cannot_be_paid_does_not_happen()
    {
        var id = await Shop.SubscribedAsync(Person, "S", "year");
        Shop.World.RenewWith(id, Means.Declined);
        (await TryChangeAsync("XL", "year")).Refused(400, "invalid_state");
        await Shop.TellAsync();
        Assert.Equal("price_S_year", Shop.World.Find(id)!["items"]!["data"]![0]!["price"]!["id"]!.GetValue<string>());
        Assert.Equal(("active", 500), (await Shop.StatusAsync(Person), await CreditsAsync()));
    }

    [Fact]
    public async Task Months_of_a_year_are_those_of_the_plan_that_was_paid()
    {
        var id = await Shop.SubscribedAsync(Person, "S", "year");
        Shop.World.RenewWith(id, Means.Declined);
        await ChangeAtStripeAsync(id, "price_XL_year");
        Assert.Equal(("past_due", 500), (await Shop.StatusAsync(Person), await CreditsAsync()));
        await MonthAsync(1, atStripe: false);
        Assert.Equal(1000, await CreditsAsync());
        Shop.World.PayInvoice(Shop.World.All("invoice")[^1]["id"]!.GetValue<string>(), Means.Card);
        await Shop.TellAsync();
        // The rest of the first two months, which had begun before it was paid.
        Assert.Equal(2 * 4000, await CreditsAsync());
        await MonthAsync(2, atStripe: false);
        Assert.Equal(3 * 4000, await CreditsAsync());
    }

    [Fact]
    public async Task A_month_that_was_due_before_an_upgrade_is_given_once()
    {
        var id = await Shop.SubscribedAsync(Person, "S", "year");
        Shop.Clock.Advance(SubscriptionsFixture.Start.AddMonths(1) - SubscriptionsFixture.Start + TimeSpan.FromHours(1));
        // Paid twice before we hear of either: still no more than the month of the dearer plan.
        foreach (var (price, prorations) in ((string, string)[])[("price_XL_year", "always_invoice"), ("price_S_year", "none"), ("price_XL_year", "always_invoice")])
            Shop.World.ChangeSubscription(id, JsonNode.Parse($$$"""{"items":{"0":{"price":"{{{price}}}"}},"proration_behavior":"{{{prorations}}}"}""")!.AsObject());
        await Shop.TellAsync();
        var now = await CreditsAsync();
        Assert.InRange(now, 500 + 3950, 500 + 4000);
        await Shop.RunAsync<YearlyDrip>();
        Assert.Equal(now, await CreditsAsync());
        await MonthAsync(2);
        Assert.Equal(now + 4000, await CreditsAsync());
    }

    [Fact]
    public async Task A_smaller_plan_gives_no_money_back_and_a_dearer_one_its_credits_once()
    {
        await Shop.SubscribedAsync(Person, "S");
        for (var i = 0; i < 3; i++)
        {
            await ChangeAsync("XL", "month");
            var preview = (await Person.PostAsync("subscriptions/change/preview", new { planId = await Shop.PlanIdAsync("S"), billingInterval = "month" })).Ok();
            Assert.Equal(0, preview["totalEuroCents"].GetInt32());
            await ChangeAsync("S", "month");
        }

        Assert.DoesNotContain(Shop.World.All("invoice"), invoice => invoice["total"]!.GetValue<long>() < 0);
        Assert.Equal(4000, await CreditsAsync());
        await MonthAsync(1);
        Assert.Equal(4500, await CreditsAsync());
    }

    [Fact]
    public async Task Money_that_Stripe_gives_back_for_a_smaller_plan_takes_its_credits_along()
    {
        var id = await Shop.SubscribedAsync(Person, "S");
        for (var i = 0; i < 3; i++)
        {
            await ChangeAtStripeAsync(id, "price_XL_month");
            Assert.Equal(4000, await CreditsAsync());
            await ChangeAtStripeAsync(id, "price_S_month");
            Assert.Equal(500, await CreditsAsync());
        }

        Assert.Equal(3, (await Person.GetAsync("credits/transactions")).Ok().Body.EnumerateArray()
            .Count(line => line.GetProperty("type").GetString() == "clawback" && line.GetProperty("amount").GetInt32() == -3500));
        await Shop.ReconcileAsync(ReconciliationScope.All);
        Assert.Equal(500, await CreditsAsync());
    }

    [Fact]
    public async Task A_large_year_for_a_small_month_and_back_keeps_nothing()
    {
        await Shop.SubscribedAsync(Person, "XL", "year");
        Assert.Equal(4000, await CreditsAsync());
        for (var i = 0; i < 2; i++)
        {
            await ChangeAsync("S", "month");
            Assert.Equal(500, await CreditsAsync());
            await ChangeAsync("XL", "year");
            Assert.Equal(4000, await CreditsAsync());
        }

        await MonthAsync(1);
        Assert.Equal(8000, await CreditsAsync());
    }

    [Fact]
    public async Task Of_a_year_that_was_refunded_in_part_every_month_gives_the_rest()
    {
        await Shop.SubscribedAsync(Person, "S", "year");
        var intent = Shop.World.All("invoice_payment")[^1]["payment"]!["payment_intent"]!.GetValue<string>();
        Shop.World.Refund(intent, 4550);
        await Shop.TellAsync();
        static long Left(int months) => (months * 500) - (long)(months * 500 * 4550m / 4790);
        Assert.Equal(Left(1), await CreditsAsync());
        for (var month = 1; month <= 11; month++)
        {
            await MonthAsync(month);
            Assert.Equal(Left(month + 1), await CreditsAsync());
        }
    }

    [Fact]
    public async Task A_month_that_a_refund_did_not_see_goes_back_too()
    {
        await Shop.SubscribedAsync(Person, "S", "year");
        var intent = Shop.World.All("invoice_payment")[^1]["payment"]!["payment_intent"]!.GetValue<string>();
        Shop.World.Refund(intent);
        await Shop.TellAsync();
        Assert.Equal(0, await CreditsAsync());
        // As if it had been given while the refund was being counted.
        await Shop.ScalarAsync<object>("""
            INSERT INTO subscriptions.plan_grants (business_key, invoice_id, credits, is_reversal, description, month_from, created_at)
            SELECT 'sub:' || stripe_invoice_id || ':1', id, 500, false, 'x', now(), now() FROM subscriptions.invoices WHERE user_id = $1
            """, Person.UserId);
        await MonthAsync(1);
        Assert.Equal(0, await CreditsAsync());
    }

    [Fact]
    public async Task What_was_paid_before_a_plan_gave_more_gives_no_more()
    {
        await Shop.ScalarAsync<object>("UPDATE subscriptions.plans SET monthly_credits = 0 WHERE name = 'Mana Quelle S'");
        await Shop.SubscribedAsync(Person, "S");
        await Shop.ScalarAsync<object>("UPDATE subscriptions.plans SET monthly_credits = 500 WHERE name = 'Mana Quelle S'");
        await Shop.ReconcileAsync(ReconciliationScope.All);
        Assert.Equal(0, await CreditsAsync());
        await MonthAsync(1);
        Assert.Equal(500, await CreditsAsync());
    }

    [Fact]
    public async Task A_key_that_the_ledger_holds_with_another_amount_stays_open()
    {
        await Shop.SubscribedAsync(Person, "S");
        Assert.IsType<PostingResult.Posted>(await Shop.Host.Services.GetRequiredService<ICreditsIssuance>().IssueAsync(
            new(Person.UserId, CreditAmount.OfCredits(7), CreditSource.Plan, "sub:clash:0", "subscriptions", "x", null), default));
        await Shop.ScalarAsync<object>("""
            INSERT INTO subscriptions.plan_grants (business_key, invoice_id, credits, is_reversal, description, month_from, created_at)
            SELECT 'sub:clash:0', id, 9, false, 'x', now(), now() FROM subscriptions.invoices WHERE user_id = $1
            """, Person.UserId);
        await Shop.RunAsync<SubscriptionUpkeep>();
        Assert.True(await Shop.ScalarAsync<bool>("SELECT booked_at IS NULL FROM subscriptions.plan_grants WHERE business_key = 'sub:clash:0'"));
        Assert.Equal(507, await CreditsAsync());
    }
}
