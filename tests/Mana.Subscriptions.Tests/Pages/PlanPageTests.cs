using Mana.Credits.Contracts;
using Mana.FakeStripe.World;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions.Tests.Pages;

/// <summary><c>/account/plan</c> as a browser without script sees it.</summary>
public sealed class PlanPageTests(SubscriptionsFixture shop) : IClassFixture<SubscriptionsFixture>
{
    const string Page = "/account/plan";

    async Task<(Mana.Devices.Account Account, PageBrowser Browser)> SomebodyAsync(string language = "en-GB")
    {
        var account = await shop.Host.CreateAccountAsync();
        return (account, await PageBrowser.SignedInAsync(shop.Host, account, language));
    }

    /// <summary>Presses the button, and pays at Stripe; no webhook is delivered.</summary>
    async Task<PageBrowser> SubscribedAsync(PageBrowser browser, string plan, string interval)
    {
        await browser.GoAsync(Page);
        await browser.SubmitAsync(Page + "/subscribe", await shop.PlanIdAsync(plan) + "\"", ("interval", interval));
        shop.World.PaySession(new Uri(browser.GoesTo!).Segments[^1], Means.Card);
        return await browser.GoAsync(Page + "?done=subscribed");
    }

    [Fact]
    public async Task Who_has_no_plan_sees_all_with_their_prices()
    {
        var (_, browser) = await SomebodyAsync("de-DE");
        await browser.GoAsync(Page);
        foreach (var text in (string[])["Du hast kein Abo.", "Mana Quelle S", "4,99 € im Monat", "47,90 € im Jahr", "10.000 Mana im Monat", "ohne Grenze", "aria-current=\"page\">Abo"])
            Assert.Contains(text, browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Kündigen</button>", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", browser.Text, StringComparison.Ordinal);
        Assert.Equal(303, (await new PageBrowser(shop.Host.CreateClient()).GoAsync(Page)).Status);
    }

    [Fact]
    public async Task A_plan_is_subscribed_to_changed_cancelled_and_goes_on()
    {
        var (account, browser) = await SomebodyAsync();
        await SubscribedAsync(browser, "S", "month");
        foreach (var text in (string[])["Welcome to Mana Quelle S!", "Monthly, next payment on 15 February 2026.", "You have this.", "Invoices", "paid", "€4.99", ">View</a>"])
            Assert.Contains(text, browser.Text, StringComparison.Ordinal);
        Assert.Equal(500, (await shop.Host.Services.GetRequiredService<ICreditsLedger>().GetBalanceAsync(account.UserId, default)).Available.Milli / 1000);

        // First the price, and nothing has changed by asking.
        await browser.SubmitAsync(Page + "/change", await shop.PlanIdAsync("M") + "\"", ("interval", "month"));
        Assert.Contains("Change to Mana Quelle M", browser.Text, StringComparison.Ordinal);
        Assert.Contains("To pay today: €5.00", browser.Text, StringComparison.Ordinal);
        Assert.Equal(await shop.PlanIdAsync("S"), await PlanOfAsync(account.UserId));
        await browser.SubmitAsync(Page + "/change");
        Assert.Contains("Changed.", browser.Text, StringComparison.Ordinal);
        Assert.Equal(await shop.PlanIdAsync("M"), await PlanOfAsync(account.UserId));

        await browser.SubmitAsync(Page + "/cancel");
        Assert.Contains("Ends on 15 February 2026.", browser.Text, StringComparison.Ordinal);
        await browser.SubmitAsync(Page + "/reactivate");
        Assert.Contains("Your plan goes on.", browser.Text, StringComparison.Ordinal);
        await browser.SubmitAsync(Page + "/portal");
        Assert.Contains("/portal/", browser.GoesTo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_smaller_plan_costs_nothing_today_and_a_refused_card_changes_nothing()
    {
        var (account, browser) = await SomebodyAsync();
        await SubscribedAsync(browser, "M", "month");
        await browser.SubmitAsync(Page + "/change", await shop.PlanIdAsync("S") + "\"", ("interval", "month"));
        Assert.Contains("Nothing to pay today. Then €4.99 a month.", browser.Text, StringComparison.Ordinal);
        shop.World.RenewWith((await shop.ScalarAsync<string>("SELECT stripe_subscription_id FROM subscriptions.subscriptions WHERE user_id = $1", account.UserId))!, Means.Declined);
        await browser.GoAsync(Page);
        await browser.SubmitAsync(Page + "/change", await shop.PlanIdAsync("XL") + "\"", ("interval", "month"));
        await browser.SubmitAsync(Page + "/change");
        Assert.Equal(402, browser.Status);
        Assert.Contains("The payment was declined", browser.Text, StringComparison.Ordinal);
        Assert.Equal(await shop.PlanIdAsync("M"), await PlanOfAsync(account.UserId));
    }

    [Fact]
    public async Task What_cannot_be_is_told_on_the_page()
    {
        var (_, browser) = await SomebodyAsync();
        await browser.GoAsync(Page);
        await browser.SubmitAsync(Page + "/subscribe", "Mana Quelle S", ("plan", Guid.NewGuid().ToString()));
        Assert.Equal(400, browser.Status);
        await browser.SubmitAsync(Page + "/subscribe", "Mana Quelle S", ("plan", "x"));
        Assert.Equal(400, browser.Status);
        await browser.SubmitAsync(Page + "/subscribe", "Mana Quelle XXL", ("plan", (await shop.PlanIdAsync("XXL")).ToString()));
        Assert.Equal(400, browser.Status);
        await browser.PostAsync(Page + "/cancel", new Dictionary<string, string> { ["x"] = "y" });
        Assert.Equal(400, browser.Status);
        Assert.Contains("This form has expired", browser.Text, StringComparison.Ordinal);
    }

    Task<Guid> PlanOfAsync(string userId) => shop.ScalarAsync<Guid>("SELECT plan_id FROM subscriptions.subscriptions WHERE user_id = $1", userId);
}
