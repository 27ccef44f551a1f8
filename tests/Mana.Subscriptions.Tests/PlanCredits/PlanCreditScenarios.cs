using Mana.FakeStripe.World;
using Mana.Subscriptions.PlanCredits;

namespace Mana.Subscriptions.Tests.PlanCredits;

/// <summary>commerce.md 17, scenarios 105–107, and 6.6 as a whole. Every test has a clock of its own.</summary>
public sealed class PlanCreditScenarios : IAsyncLifetime
{
    readonly SubscriptionsFixture _shop = new();

    public ValueTask InitializeAsync() => _shop.InitializeAsync();

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    async Task LaterAsync(double days)
    {
        _shop.Advance(TimeSpan.FromDays(days));
        await _shop.TellAsync();
    }

    [Fact]
    public async Task Scenario_105_every_paid_month_gives_its_credits_once()
    {
        var person = await _shop.MemberAsync();
        _shop.World.PaySession(await _shop.CheckoutAsync(person, "M"), Means.Card);
        var events = _shop.Stripe.Webhooks.Take();
        for (var i = 0; i < 2; i++)
            await _shop.TellAsync(events);
        Assert.Equal(1000, await _shop.CreditsOfAsync(person));
        var line = (await person.GetAsync("credits/transactions")).Ok().Body[0];
        Assert.Equal(("subscription", "subscriptions"), (line.GetProperty("type").GetString(), line.GetProperty("appId").GetString()));
        await LaterAsync(31.1);
        Assert.Equal(2000, await _shop.CreditsOfAsync(person));
        await _shop.RunAsync<YearlyDrip>();
        await _shop.RunAsync<SubscriptionUpkeep>();
        Assert.Equal(2000, await _shop.CreditsOfAsync(person));
    }

    [Fact]
    public async Task Scenario_106_a_year_paid_at_once_gives_its_months_one_by_one()
    {
        var person = await _shop.MemberAsync();
        await _shop.SubscribedAsync(person, "M", "year");
        Assert.Equal(1000, await _shop.CreditsOfAsync(person));
        for (var month = 1; month <= 13; month++)
        {
            _shop.Clock.Advance(SubscriptionsFixture.Start.AddMonths(month) - _shop.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
            await Task.WhenAll(_shop.RunAsync<YearlyDrip>(), _shop.RunAsync<YearlyDrip>());
            Assert.Equal(Math.Min(month + 1, 12) * 1000, await _shop.CreditsOfAsync(person));
        }
    }

    [Theory]
    [InlineData(false, 12)]
    [InlineData(true, 3)]
    public async Task Scenario_106_cancelling_at_the_end_delivers_and_ending_now_stops(bool now, int months)
    {
        var person = await _shop.MemberAsync();
        var id = await _shop.SubscribedAsync(person, "S", "year");
        _shop.Clock.Advance(SubscriptionsFixture.Start.AddMonths(2) - SubscriptionsFixture.Start + TimeSpan.FromDays(1));
        if (now)
            _shop.World.CancelSubscription(id);
        else
            (await (await _shop.PersonAsync(person.UserId)).PostAsync("subscriptions/cancel")).Ok();
        await LaterAsync(380);
        Assert.Equal("canceled", await _shop.StatusAsync(person));
        // The job was down all the time: what was due before the end is still owed.
        await _shop.RunAsync<YearlyDrip>();
        await _shop.RunAsync<YearlyDrip>();
        Assert.Equal(months * 500, await _shop.CreditsOfAsync(person));
    }

    async Task<string> PlanAsync(Caller person) => (await (await _shop.PersonAsync(person.UserId)).GetAsync("subscriptions/current")).Ok().String("plan", "name")!;

    /// <summary>Only for us: what would be due at Stripe meanwhile does not happen.</summary>
    void Until(DateTimeOffset moment) => _shop.Clock.Advance(moment - _shop.Clock.GetUtcNow());

    [Theory]
    [InlineData("month", 2026, 2)]
    [InlineData("year", 2027, 1)]
    public async Task Scenario_107_who_does_not_pay_keeps_the_plan_for_a_week(string interval, int year, int month)
    {
        var person = await _shop.MemberAsync();
        var id = await _shop.SubscribedAsync(person, "M", interval);
        _shop.World.RenewWith(id, Means.Declined);
        var paidUntil = new DateTimeOffset(year, month, 15, 10, 0, 0, TimeSpan.Zero);
        _shop.Advance(paidUntil - SubscriptionsFixture.Start + TimeSpan.FromHours(2));
        await _shop.TellAsync();
        Assert.Equal(("past_due", interval == "month" ? 1000 : 12000), (await _shop.StatusAsync(person), await _shop.CreditsOfAsync(person)));
        Assert.Equal("Mana Quelle M", await PlanAsync(person));
        await _shop.Host.DrainAsync();
        Assert.Equal(1, await _shop.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE template = 'subscription-payment-failed' AND user_id = $1", person.UserId));
        Until(paidUntil.AddDays(7).AddSeconds(-1));
        Assert.Equal("Mana Quelle M", await PlanAsync(person));
        Until(paidUntil.AddDays(7).AddSeconds(1));
        Assert.Equal("Free", await PlanAsync(person));
    }

    [Fact]
    public async Task A_first_debit_that_comes_back_leaves_the_plan_for_a_week_from_its_beginning()
    {
        var person = await _shop.MemberAsync();
        await _shop.SubscribedAsync(person, "M", means: Means.SepaFails);
        await LaterAsync(6);
        Assert.Equal(("past_due", 0), (await _shop.StatusAsync(person), await _shop.CreditsOfAsync(person)));
        Assert.Equal("Mana Quelle M", await PlanAsync(person));
        Until(SubscriptionsFixture.Start.AddDays(7).AddSeconds(1));
        Assert.Equal("Free", await PlanAsync(person));
    }

    [Fact]
    public async Task An_upgrade_gives_the_rest_of_the_difference_and_never_more_than_the_plan()
    {
        var person = await _shop.MemberAsync();
        await _shop.SubscribedAsync(person, "S");
        await LaterAsync(15.5);
        person = await _shop.PersonAsync(person.UserId);
        async Task ChangeAsync(string plan)
        {
            (await person.PostAsync("subscriptions/change", new { planId = await _shop.PlanIdAsync(plan), billingInterval = "month" })).Ok();
            await _shop.TellAsync();
        }

        (await person.PostAsync("subscriptions/change", new { planId = await _shop.PlanIdAsync("S"), billingInterval = "month" })).Refused(400, "invalid_state");
        var preview = (await person.PostAsync("subscriptions/change/preview", new { planId = await _shop.PlanIdAsync("M"), billingInterval = "month" })).Ok();
        Assert.Equal(250, preview["amountDueEuroCents"].GetInt32());
        await ChangeAsync("M");
        Assert.Equal(750, await _shop.CreditsOfAsync(person));
        for (var i = 0; i < 4; i++)
        {
            await ChangeAsync("S");
            await ChangeAsync("M");
        }

        Assert.Equal(1000, await _shop.CreditsOfAsync(person));
        await LaterAsync(16);
        Assert.Equal(2000, await _shop.CreditsOfAsync(person));
    }

    [Fact]
    public async Task Money_of_an_invoice_that_goes_back_takes_its_credits_along()
    {
        var person = await _shop.MemberAsync();
        await _shop.SubscribedAsync(person, "S");
        var intent = _shop.World.All("invoice_payment")[^1]["payment"]!["payment_intent"]!.GetValue<string>();
        _shop.World.Refund(intent, 250);
        await _shop.TellAsync();
        await _shop.TellAsync();
        Assert.Equal(250, await _shop.CreditsOfAsync(person));
        var dispute = _shop.World.Dispute(intent)["id"]!.GetValue<string>();
        await _shop.TellAsync();
        Assert.Equal(0, await _shop.CreditsOfAsync(person));
        _shop.World.CloseDispute(dispute, won: true);
        await _shop.TellAsync();
        Assert.Equal(250, await _shop.CreditsOfAsync(person));
    }

    [Fact]
    public async Task A_crash_before_the_ledger_heard_of_it_is_made_good()
    {
        var person = await _shop.MemberAsync();
        await _shop.SubscribedAsync(person, "S");
        await _shop.ScalarAsync<object>("""
            INSERT INTO subscriptions.plan_grants (business_key, invoice_id, credits, is_reversal, description, month_from, created_at)
            SELECT 'sub:crash:0', id, 7, false, 'x', now(), now() FROM subscriptions.invoices WHERE user_id = $1
            """, person.UserId);
        await _shop.RunAsync<SubscriptionUpkeep>();
        await _shop.RunAsync<SubscriptionUpkeep>();
        Assert.Equal(507, await _shop.CreditsOfAsync(person));
    }

    [Fact]
    public async Task Bank_debits_make_the_plan_active_and_the_credits_wait_for_the_money()
    {
        var person = await _shop.MemberAsync();
        await _shop.SubscribedAsync(person, "S", means: Means.Sepa);
        Assert.Equal(("active", 0), (await _shop.StatusAsync(person), await _shop.CreditsOfAsync(person)));
        await LaterAsync(6);
        Assert.Equal(500, await _shop.CreditsOfAsync(person));
    }
}
