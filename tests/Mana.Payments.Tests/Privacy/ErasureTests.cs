using System.Text;
using Mana.FakeStripe.Http;
using Mana.Kernel.Privacy;
using Mana.Payments.Contracts;
using Mana.Payments.Privacy;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Payments.Tests.Privacy;

/// <summary>What is told to a person of what we hold, and that it goes (commerce.md 13.2).</summary>
public sealed class ErasureTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    IPersonalData Data => fixture.Host.Services.GetRequiredService<PaymentsPersonalData>();

    async Task<(string Customer, string Event)> FillAsync(string userId)
    {
        var customer = Assert.IsType<StripeResult<string>.Ok>(await fixture.Customers.GetOrCreateAsync(userId, userId + "@example.test", default)).Value;
        var (_, events) = fixture.Paid(userId);
        var happened = PaymentsFixture.Of(events, "payment_intent.succeeded");
        await fixture.PostAsync(happened);
        await fixture.Inbox.DrainAsync(default);
        return (customer, PaymentsFixture.IdOf(happened));
    }

    [Fact]
    public async Task The_export_names_customer_and_events()
    {
        var (customer, happened) = await FillAsync("u-export");
        using var output = new MemoryStream();
        await Data.ExportAsync("u-export", output, default);
        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.Contains(customer, text, StringComparison.Ordinal);
        Assert.Contains(happened, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_148_nothing_of_an_erased_person_is_left_here_or_at_Stripe()
    {
        var (customer, happened) = await FillAsync("u-erased-148");
        var (_, neighbour) = await FillAsync("u-neighbour-148");
        Assert.Equal(2, await Data.CountAsync("u-erased-148", default));
        fixture.Stripe.Faults.Next("POST /v1/customers/", FaultKind.Broken, 3);
        await Data.EraseAsync("u-erased-148", default);
        await Data.EraseAsync("u-erased-148", default);
        Assert.Equal(0, await Data.CountAsync("u-erased-148", default));
        foreach (var table in (string[])["customers", "customer_aliases", "events", "outbox"])
            Assert.False(await fixture.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM payments.{table} row WHERE strpos(row::text, 'u-erased-148') > 0)"), table);
        Assert.Equal("applied", await fixture.OutcomeAsync(happened));
        Assert.True(await fixture.ScalarAsync<bool>("SELECT payload IS NOT NULL FROM payments.events WHERE event_id = $1", neighbour));

        // Stripe was away; the outbox insists.
        for (var i = 0; i < 8 && fixture.Stripe.World.Find(customer)!["email"] is not null; i++)
        {
            await fixture.Host.DrainAsync();
            fixture.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        var redacted = fixture.Stripe.World.Find(customer)!;
        Assert.Null(redacted["email"]);
        Assert.Null(redacted["metadata"]!["userId"]);
    }
}
