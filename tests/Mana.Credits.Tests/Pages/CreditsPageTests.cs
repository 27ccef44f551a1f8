using Mana.Credits.Tests.Purchases;
using Mana.Payments.Contracts;
using Mana.Testing;

namespace Mana.Credits.Tests.Pages;

/// <summary><c>/account/credits</c> as a browser without script sees it.</summary>
public sealed class CreditsPageTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    const string Page = "/account/credits";

    async Task<(Mana.Devices.Account Account, PageBrowser Browser)> SomebodyAsync(decimal credits = 0, string language = "en-GB")
    {
        var account = await shop.Host.CreateAccountAsync();
        if (credits > 0)
            await shop.FundAsync(account.UserId, credits);
        return (account, await PageBrowser.SignedInAsync(shop.Host, account, language));
    }

    async Task<decimal> BalanceAsync(Mana.Devices.Account account) => (await shop.Ledger.GetBalanceAsync(account.UserId, default)).Available.Milli / 1000m;

    [Fact]
    public async Task The_page_is_for_the_signed_in_and_runs_no_foreign_code()
    {
        var anybody = await new PageBrowser(shop.Host.CreateClient()).GoAsync(Page);
        Assert.Equal(303, anybody.Status);
        Assert.Equal("/login?callbackURL=%2Faccount%2Fcredits", anybody.Answer.Headers.Location!.OriginalString);

        var (_, browser) = await SomebodyAsync(1234.5m, "de");
        await browser.GoAsync(Page);
        foreach (var text in (string[])["<html lang=\"de\">", "Guthaben", "data-balance=\"1234.5\">1.234,5", "Kleiner Mana Trank", "Für 4,90 € kaufen", "Cloud Sync", "monatlich · 30 Mana", "aria-current=\"page\">Guthaben", "href=\"/account/plan\""])
            Assert.Contains(text, browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", browser.Text, StringComparison.Ordinal);
        var policy = browser.Answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("no-store", browser.Answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pack_is_bought_on_Stripes_page_and_the_credits_are_there_on_the_way_back()
    {
        var (account, browser) = await SomebodyAsync();
        await browser.GoAsync(Page);
        await browser.SubmitAsync(Page + "/buy", "Buy for €4.90");
        Assert.StartsWith("https://checkout.stripe.test/", browser.GoesTo, StringComparison.Ordinal);
        var session = new Uri(browser.GoesTo!).Segments[^1];
        var back = new Uri(shop.Stripe.LastSession!.SuccessUrl);
        Assert.Equal("http://localhost:3001", back.GetLeftPart(UriPartial.Authority));

        await browser.GoAsync(back.PathAndQuery);
        Assert.Contains("not confirmed yet", browser.Text, StringComparison.Ordinal);

        // No event has arrived: the page itself asks Stripe.
        var intent = shop.Stripe.Put(new StripePaymentIntent
        {
            Id = shop.Stripe.NewId("pi"), Status = "succeeded", Amount = 490, AmountReceived = 490, Currency = "eur", CustomerId = shop.Stripe.LastSession.CustomerId, PaymentMethodType = "card",
            Metadata = shop.Stripe.LastSession.Metadata!, CreatedAt = shop.Clock.GetUtcNow(),
        });
        shop.Stripe.Change<StripeCheckoutSession>(session, now => now with { Status = "complete", PaymentStatus = "paid", PaymentIntentId = intent.Id });
        for (var i = 0; i < 2; i++)
        {
            await browser.GoAsync(back.PathAndQuery);
            Assert.Contains("350 Mana have arrived", browser.Text, StringComparison.Ordinal);
            Assert.Equal(350, await BalanceAsync(account));
        }

        // Somebody else's purchase is nobody's.
        var (_, other) = await SomebodyAsync();
        await other.GoAsync(back.PathAndQuery);
        Assert.DoesNotContain("350 Mana have arrived", other.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_another_site_or_of_nobody_buys_nothing()
    {
        var (account, browser) = await SomebodyAsync(100);
        await browser.PostAsync(Page + "/sync", new Dictionary<string, string> { ["do"] = "on", ["interval"] = "monthly" });
        Assert.Equal(400, browser.Status);
        Assert.Contains("This form has expired", browser.Text, StringComparison.Ordinal);
        Assert.Equal(100, await BalanceAsync(account));
        await browser.GoAsync(Page);
        await browser.SubmitAsync(Page + "/buy", "€4.90", ("package", Guid.NewGuid().ToString()));
        Assert.Equal(404, browser.Status);
        await browser.GoAsync(Page);
        await browser.SubmitAsync(Page + "/buy", "€4.90", ("package", "x"));
        Assert.Equal(404, browser.Status);
    }

    [Fact]
    public async Task Cloud_Sync_is_turned_on_changed_and_off()
    {
        var (account, browser) = await SomebodyAsync(100);
        await browser.GoAsync(Page);
        await browser.SubmitAsync(Page + "/sync", "Turn on", ("interval", "yearly"));
        Assert.Equal(402, browser.Status);
        Assert.Contains("not enough", browser.Text, StringComparison.Ordinal);
        await browser.SubmitAsync(Page + "/sync", "Turn on", ("interval", "monthly"));
        Assert.Contains("Cloud Sync is on.", browser.Text, StringComparison.Ordinal);
        Assert.Equal(70, await BalanceAsync(account));
        await browser.SubmitAsync(Page + "/sync", "Change", ("interval", "quarterly"));
        Assert.Contains("90 Mana, next on", browser.Text, StringComparison.Ordinal);
        await browser.SubmitAsync(Page + "/sync", "value=\"resume\"");
        Assert.DoesNotContain("value=\"true\" checked", browser.Text, StringComparison.Ordinal);
        await browser.SubmitAsync(Page + "/sync", "Turn off at the end");
        Assert.Contains("Ends on", browser.Text, StringComparison.Ordinal);
        await browser.SubmitAsync(Page + "/sync", "Turn off now");
        Assert.Contains("Cloud Sync is off", browser.Text, StringComparison.Ordinal);
        Assert.Equal(70, await BalanceAsync(account));
    }

    [Fact]
    public async Task Every_entry_is_listed_and_a_held_account_says_so()
    {
        var (account, browser) = await SomebodyAsync(60);
        for (var i = 0; i < 55; i++)
            await shop.Ledger.DebitAsync(new(account.UserId, Mana.Credits.Contracts.CreditAmount.OfCredits(1), "chat", "<b>talk</b>"), default);
        await browser.GoAsync(Page + "/history");
        Assert.Contains("56 entries add up to 5 Mana", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>talk", browser.Text, StringComparison.Ordinal);
        await browser.GoAsync(Page + "/history?after=50");
        Assert.DoesNotContain("Next →", browser.Text, StringComparison.Ordinal);
        await browser.GoAsync(Page + "/history?after=x");
        Assert.Equal(200, browser.Status);

        await shop.ScalarAsync<object>("SELECT credits.set_frozen(id, now()) FROM credits.accounts WHERE owner_id = $1 AND kind = 'available'", account.UserId);
        await browser.GoAsync(Page);
        Assert.Contains("Your balance is being checked", browser.Text, StringComparison.Ordinal);
        await browser.SubmitAsync(Page + "/sync", "Turn on");
        Assert.Equal(409, browser.Status);
    }
}
