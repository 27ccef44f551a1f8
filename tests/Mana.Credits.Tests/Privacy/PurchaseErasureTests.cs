using Mana.Credits.Privacy;
using Mana.Credits.Tests.Purchases;
using Mana.Payments.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Privacy;

/// <summary>commerce.md 13.2: what becomes of purchases, and of money that moves after their person is gone.</summary>
public sealed class PurchaseErasureTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    CreditsPersonalData Personal => shop.Host.Services.GetRequiredService<CreditsPersonalData>();

    Task FreezeAsync(Caller person, bool frozen) => shop.ScalarAsync<object>(
        $"SELECT credits.set_frozen(id, {(frozen ? "now()" : "NULL")}) FROM credits.accounts WHERE owner_id = $1 AND kind = 'available'", person.UserId);

    [Fact]
    public async Task An_erasure_that_failed_at_first_ends_with_one_name_for_purchase_and_account()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BoughtAsync(person);
        await FreezeAsync(person, frozen: true);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Personal.EraseAsync(person.UserId, default));
        Assert.Equal(person.UserId, await shop.ScalarAsync<string>("SELECT user_id FROM credits.purchases WHERE id = $1", purchase));
        await FreezeAsync(person, frozen: false);
        await Personal.EraseAsync(person.UserId, default);

        var accounts = await shop.ScalarAsync<long>("SELECT count(*) FROM credits.accounts WHERE owner_type = 'user'");
        shop.Refund(intent, 490);
        Assert.IsType<StripeOutcome.Applied>(await shop.TellAsync("charge.refunded", intent));
        Assert.Equal(-350_000, await shop.ScalarAsync<long>(
            "SELECT a.balance FROM credits.accounts a JOIN credits.purchases p ON p.user_id = a.owner_id WHERE p.id = $1 AND a.kind = 'available' AND a.owner_type = 'user'", purchase));
        Assert.Equal(accounts, await shop.ScalarAsync<long>("SELECT count(*) FROM credits.accounts WHERE owner_type = 'user'"));
        await shop.IsSoundAsync();
    }

    [Fact]
    public async Task A_payment_that_nobody_made_yet_is_cancelled_and_one_that_comes_all_the_same_is_put_before_somebody()
    {
        var person = await shop.PersonAsync();
        var (_, waiting) = await shop.BegunAsync(person);
        var (debited, debit) = await shop.BegunAsync(person);
        shop.Stripe.Change<StripePaymentIntent>(debit, now => now with { Status = "processing" });
        await shop.TellAsync("payment_intent.processing", debit);
        await Personal.EraseAsync(person.UserId, default);
        Assert.Equal(("canceled", "processing"), (shop.Stripe.Get<StripePaymentIntent>(waiting).Status, shop.Stripe.Get<StripePaymentIntent>(debit).Status));

        shop.Pay(debit, "sepa_debit");
        for (var i = 0; i < 2; i++)
            Assert.Equal("paid_after_erasure", Assert.IsType<StripeOutcome.Parked>(await shop.TellAsync("payment_intent.succeeded", debit)).Reason);
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM credits.entries WHERE business_key = $1", "purchase:" + debit));
        Assert.NotEqual("completed", await shop.StatusAsync(debited));
        await shop.IsSoundAsync();
    }
}
