using Mana.FakeStripe.World;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.PlanCredits;

namespace Mana.Subscriptions.Tests.PlanCredits;

/// <summary>Money that goes back after somebody changed plans: each payment answers for the credits that it gave, and for no others (commerce.md 7.8).</summary>
public sealed class MoneyBackScenarios : PlanChanges
{
    [Fact]
    public async Task A_disputed_upgrade_of_a_year_takes_what_it_lifted_and_nothing_else()
    {
        await Shop.SubscribedAsync(Person, "S", "year");
        Shop.Advance(TimeSpan.FromDays(1));
        await ChangeAsync("XL", "year");
        var before = await CreditsAsync();
        Assert.InRange(before, 500 + 3350, 500 + 3400);
        await MonthAsync(1);
        await MonthAsync(2);
        Assert.Equal(before + (2 * 4000), await CreditsAsync());
        var dispute = Shop.World.Dispute(Intent(1))["id"]!.GetValue<string>();
        await Shop.TellAsync();
        Assert.Equal(3 * 500, await CreditsAsync());
        await MonthAsync(3);
        Assert.Equal(4 * 500, await CreditsAsync());
        Shop.World.CloseDispute(dispute, won: true);
        await Shop.TellAsync();
        Assert.Equal(before + (3 * 4000), await CreditsAsync());
    }

    [Fact]
    public async Task Of_an_upgrade_that_was_refunded_by_half_every_later_month_is_lifted_by_half()
    {
        await Shop.SubscribedAsync(Person, "S", "year");
        await ChangeAsync("XL", "year");
        Shop.World.Refund(Intent(1), 33600 / 2);
        await Shop.TellAsync();
        for (var month = 0; month <= 11; month++)
        {
            if (month > 0)
                await MonthAsync(month);
            Assert.Equal((month + 1) * (500 + 1750), await CreditsAsync());
        }
    }

    [Fact]
    public async Task A_refunded_year_keeps_what_its_paid_upgrade_lifts()
    {
        await Shop.SubscribedAsync(Person, "S", "year");
        await ChangeAsync("XL", "year");
        await MonthAsync(1);
        await MonthAsync(2);
        Assert.Equal(3 * 4000, await CreditsAsync());
        Shop.World.Refund(Intent(0));
        await Shop.TellAsync();
        Assert.Equal(3 * 3500, await CreditsAsync());
        await MonthAsync(3);
        Assert.Equal(4 * 3500, await CreditsAsync());
    }

    [Fact]
    public async Task An_upgrade_that_is_paid_twice_stands_in_for_the_one_whose_money_went_back()
    {
        var id = await Shop.SubscribedAsync(Person, "S", "year");
        await ChangeAsync("XL", "year");
        await ChangeAsync("S", "year");
        await ChangeAsync("XL", "year");
        await MonthAsync(1);
        Assert.Equal(2 * 4000, await CreditsAsync());
        var first = Shop.World.Dispute(Intent(1))["id"]!.GetValue<string>();
        await Shop.TellAsync();
        Assert.Equal(2 * 4000, await CreditsAsync());
        Shop.World.Dispute(Intent(2));
        await Shop.TellAsync();
        Assert.Equal(2 * 500, await CreditsAsync());
        await MonthAsync(2);
        Assert.Equal(3 * 500, await CreditsAsync());
        Shop.World.CloseDispute(first, won: true);
        await Shop.TellAsync();
        Assert.Equal(3 * 4000, await CreditsAsync());
        await MonthAsync(3);
        Assert.Equal(4 * 4000, await CreditsAsync());
        Assert.Equal("active", Shop.World.Find(id)!["status"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upgrade_after_one_that_was_refunded_gives_its_credits(bool heardAtOnce)
    {
        var id = await Shop.SubscribedAsync(Person, "S");
        async Task HearAsync()
        {
            if (heardAtOnce)
                await Shop.TellAsync();
        }

        ChangeUnheard(id, "price_XL_month");
        await HearAsync();
        Shop.World.Refund(Intent(1));
        await HearAsync();
        ChangeUnheard(id, "price_S_month", "none");
        await HearAsync();
        ChangeUnheard(id, "price_XL_month");
        await Shop.TellAsync();
        Assert.Equal(4000, await CreditsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refunded_year_that_is_left_for_a_smaller_plan_is_taken_back_once(bool refundIsHeardFirst)
    {
        var id = await Shop.SubscribedAsync(Person, "XL", "year");
        Shop.World.Refund(Intent(0));
        if (refundIsHeardFirst)
        {
            await Shop.TellAsync();
            Assert.Equal(0, await CreditsAsync());
            await ChangeAtStripeAsync(id, "price_S_month");
        }
        else
        {
            var refund = Shop.Stripe.Webhooks.Take();
            await ChangeAtStripeAsync(id, "price_S_month");
            Assert.Equal(500, await CreditsAsync());
            await Shop.TellAsync(refund);
        }

        Assert.Equal(0, await CreditsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_an_invoice_that_the_balance_paid_a_refund_takes_the_share_of_the_whole(bool isDispute)
    {
        await Shop.SubscribedAsync(Person, "XL", "year");
        await ChangeAsync("S", "month");
        Shop.Advance(TimeSpan.FromDays(10));
        await ChangeAsync("XL", "year");
        var invoice = Shop.World.All("invoice")[^1];
        var (total, paid) = (invoice["total"]!.GetValue<long>(), invoice["amount_paid"]!.GetValue<long>());
        Assert.True(paid is > 50 and < 500 && total > 37000, $"{paid} of {total}");
        var before = await CreditsAsync();
        if (isDispute)
            Shop.World.Dispute(Intent(^1));
        else
            Shop.World.Refund(Intent(^1));
        await Shop.TellAsync();
        Assert.InRange(before - await CreditsAsync(), 1, 4000 * paid / total + 1);
        // And the months of the new year go on, by the same share.
        before = await CreditsAsync();
        Shop.Advance(TimeSpan.FromDays(32));
        await Shop.TellAsync();
        await Shop.RunAsync<YearlyDrip>();
        Assert.InRange(await CreditsAsync() - before, 3950, 3999);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upgrades_that_are_paid_before_their_month_give_no_more_than_after_it(bool heardAtOnce)
    {
        var id = await Shop.SubscribedAsync(Person, "S");
        Shop.World.RenewWith(id, Means.Declined);
        Shop.Advance(SubscriptionsFixture.Start.AddMonths(1) - SubscriptionsFixture.Start + TimeSpan.FromMinutes(1));
        var renewal = Shop.World.All("invoice")[^1]["id"]!.GetValue<string>();
        Shop.World.RenewWith(id, Means.Card);
        foreach (var (price, prorations) in ((string, string)[])[("price_M_month", "always_invoice"), ("price_S_month", "none"), ("price_M_month", "always_invoice")])
        {
            if (heardAtOnce)
                await Shop.TellAsync();
            ChangeUnheard(id, price, prorations);
        }

        if (heardAtOnce)
            await Shop.TellAsync();
        Shop.World.PayInvoice(renewal, Means.Card);
        await Shop.TellAsync();
        Assert.Equal(500 + 1000, await CreditsAsync());
    }

    /// <summary>As the version before wrote them: nothing is known of what was settled and refunded, and the upgrade's months are on the invoice of the year.</summary>
    [Fact]
    public async Task Rows_of_the_version_before_keep_what_they_gave()
    {
        var id = await Shop.SubscribedAsync(Person, "S", "year");
        Shop.World.Refund(Intent(0));
        await Shop.TellAsync();
        await ChangeAtStripeAsync(id, "price_XL_year");
        await MonthAsync(1);
        Assert.Equal(2 * 3500, await CreditsAsync());
        await Shop.ScalarAsync<object>("UPDATE subscriptions.invoices SET prorations = NULL, refunded_euro_cents = 0, is_disputed = false, total_euro_cents = 0");
        await Shop.ScalarAsync<object>("UPDATE subscriptions.subscriptions SET paid_until = '2000-01-01'");
        foreach (var sql in SubscriptionsSchema.MoneyBack)
            await Shop.ScalarAsync<object>(sql);
        Assert.Equal(new DateTime(2027, 1, 15, 10, 0, 0, DateTimeKind.Utc), await Shop.ScalarAsync<DateTime>("SELECT paid_until FROM subscriptions.subscriptions"));
        await MonthAsync(2, atStripe: false);
        Assert.Equal(2 * 3500, await CreditsAsync());
        await Shop.ReconcileAsync(ReconciliationScope.All);
        Assert.Equal(3 * 3500, await CreditsAsync());
    }
}
