using System.Text;
using Mana.FakeStripe.Http;
using Mana.Subscriptions.Privacy;
using Mana.Kernel.Privacy;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions.Tests.Privacy;

public sealed class ErasureTests(SubscriptionsFixture shop) : IClassFixture<SubscriptionsFixture>
{
    [Fact]
    public async Task A_page_that_could_not_be_ended_lets_the_erasure_come_again()
    {
        var person = await shop.MemberAsync();
        var session = await shop.CheckoutAsync(person, "S");
        var data = shop.Host.Services.GetServices<IPersonalData>().OfType<SubscriptionsPersonalData>().Single();
        shop.Stripe.Faults.Next("/expire", FaultKind.Broken, 1000);
        await Assert.ThrowsAsync<InvalidOperationException>(() => data.EraseAsync(person.UserId, default));
        shop.Stripe.Faults.Clear();
        Assert.Equal("open", shop.World.Find(session)!["status"]!.GetValue<string>());
        await data.EraseAsync(person.UserId, default);
        Assert.Equal("expired", shop.World.Find(session)!["status"]!.GetValue<string>());
        Assert.Equal(0, await data.CountAsync(person.UserId, default));
    }

    [Fact]
    public async Task Scenario_148_the_subscription_is_cancelled_and_the_person_is_gone()
    {
        var person = await shop.MemberAsync();
        var id = await shop.SubscribedAsync(person, "M");
        await shop.CheckoutAsync(await shop.PersonAsync(), "S");
        var data = shop.Host.Services.GetServices<IPersonalData>().OfType<SubscriptionsPersonalData>().Single();
        await using var export = new MemoryStream();
        await data.ExportAsync(person.UserId, export, default);
        Assert.Contains(id, Encoding.UTF8.GetString(export.ToArray()), StringComparison.Ordinal);
        Assert.True(await data.CountAsync(person.UserId, default) > 0);
        for (var i = 0; i < 2; i++)
            await data.EraseAsync(person.UserId, default);
        Assert.Equal(0, await data.CountAsync(person.UserId, default));
        Assert.Equal("canceled", shop.World.Find(id)!["status"]!.GetValue<string>());
        // What Stripe still tells of it finds no name to write down again.
        await shop.TellAsync();
        Assert.Equal(0, await data.CountAsync(person.UserId, default));
        Assert.Equal("canceled", await shop.ScalarAsync<string>("SELECT status FROM subscriptions.subscriptions WHERE stripe_subscription_id = $1", id));
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM subscriptions.invoices WHERE hosted_invoice_url IS NOT NULL AND user_id LIKE 'erased-%'"));
    }
}
