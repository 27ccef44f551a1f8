using System.Text.Json.Nodes;
using Mana.Auth.Contracts;
using Mana.FakeStripe.Http;
using Mana.Kernel.Outbox;
using Mana.Payments.Contracts;
using Mana.Payments.Customers;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Payments.Tests.Customers;

/// <summary>One person, one customer (commerce.md 7.3).</summary>
public sealed class CustomerScenarios(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    async Task<string> CustomerAsync(string userId, string? email = "ada@example.test") => Assert.IsType<StripeResult<string>.Ok>(await fixture.Customers.GetOrCreateAsync(userId, email, default)).Value;

    IReadOnlyList<JsonObject> AtStripe(string userId) => fixture.Stripe.World.All("customer", one => one["metadata"]?["userId"]?.GetValue<string>() == userId);

    [Fact]
    public async Task Scenario_42_ten_first_purchases_at_once_on_two_hosts_make_one_customer()
    {
        await using var other = await fixture.NewHost().StartAsync();
        var customers = other.Services.GetRequiredService<IStripeCustomers>();
        var all = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? fixture.Customers : customers).GetOrCreateAsync("u-42", "ada@example.test", default)));
        var id = Assert.Single(all.Select(one => Assert.IsType<StripeResult<string>.Ok>(one).Value).Distinct(StringComparer.Ordinal));
        Assert.Single(AtStripe("u-42"));
        Assert.Equal((id, "u-42"), (await fixture.Customers.FindAsync("u-42", default), await fixture.Customers.FindUserAsync(id, default)));
        Assert.Equal(1, await fixture.ScalarAsync<long>("SELECT count(*) FROM payments.customers WHERE user_id = 'u-42'"));
    }

    [Fact]
    public async Task An_answer_that_was_lost_leaves_no_second_customer_even_when_the_address_has_changed()
    {
        fixture.Stripe.Faults.Next("POST /v1/customers", FaultKind.DroppedAfter, 3);
        Assert.IsType<StripeResult<string>.Unavailable>(await fixture.Customers.GetOrCreateAsync("u-lost", "old@example.test", default));
        Assert.Equal(AtStripe("u-lost")[0]["id"]!.GetValue<string>(), await CustomerAsync("u-lost", "old@example.test"));
        Assert.Single(AtStripe("u-lost"));

        fixture.Stripe.Faults.Next("POST /v1/customers", FaultKind.DroppedAfter, 3);
        Assert.IsType<StripeResult<string>.Unavailable>(await fixture.Customers.GetOrCreateAsync("u-moved", "old@example.test", default));
        var mapped = await CustomerAsync("u-moved", "new@example.test");
        Assert.Equal(mapped, await CustomerAsync("u-moved", "newer@example.test"));
        Assert.Equal("u-moved", await fixture.Customers.FindUserAsync(mapped, default));
    }

    [Fact]
    public async Task An_empty_address_is_left_out()
    {
        await CustomerAsync("u-plain", "");
        Assert.Null(AtStripe("u-plain")[0]["email"]);
    }

    [Fact]
    public async Task A_deleted_customer_is_replaced_and_still_known_by_its_old_id()
    {
        var first = await CustomerAsync("u-deleted");
        fixture.Stripe.Webhooks.Take();
        fixture.Stripe.World.DeleteCustomer(first);
        var gone = PaymentsFixture.Of(fixture.Stripe.Webhooks.Take(), "customer.deleted");
        await fixture.PostAsync(gone);
        await fixture.Inbox.DrainAsync(default);
        Assert.Equal("applied", await fixture.OutcomeAsync(PaymentsFixture.IdOf(gone)));
        Assert.Null(await fixture.Customers.FindAsync("u-deleted", default));
        var second = await CustomerAsync("u-deleted");
        Assert.NotEqual(first, second);
        Assert.Equal(("u-deleted", "u-deleted"), (await fixture.Customers.FindUserAsync(first, default), await fixture.Customers.FindUserAsync(second, default)));
    }

    [Fact]
    public async Task Somebody_elses_customer_that_is_deleted_is_foreign()
    {
        var id = fixture.Stripe.World.NewCustomer(null, null)["id"]!.GetValue<string>();
        fixture.Stripe.Webhooks.Take();
        fixture.Stripe.World.DeleteCustomer(id);
        var gone = PaymentsFixture.Of(fixture.Stripe.Webhooks.Take(), "customer.deleted");
        await fixture.PostAsync(gone);
        await fixture.Inbox.DrainAsync(default);
        Assert.Equal("ignored_foreign", await fixture.OutcomeAsync(PaymentsFixture.IdOf(gone)));
    }

    [Fact]
    public async Task A_payment_without_metadata_is_found_by_its_customer()
    {
        var customer = await CustomerAsync("u-by-customer");
        fixture.Stripe.Webhooks.Take();
        var intent = fixture.Stripe.World.NewPaymentIntent(new JsonObject { ["amount"] = "490", ["customer"] = customer })["id"]!.GetValue<string>();
        fixture.Stripe.World.Pay(intent, Mana.FakeStripe.World.Means.Card);
        await fixture.PostAsync(PaymentsFixture.Of(fixture.Stripe.Webhooks.Take(), "payment_intent.succeeded"));
        await fixture.Inbox.DrainAsync(default);
        Assert.Equal("u-by-customer", Assert.Single(fixture.Probe.Of(intent)).UserId);
    }

    [Fact]
    public async Task A_new_address_reaches_Stripe()
    {
        await fixture.MemberAsync("u-mail");
        var customer = await CustomerAsync("u-mail", "before@example.test");
        var handler = ActivatorUtilities.CreateInstance<CustomerAddresses>(fixture.Host.Services);
        await handler.HandleAsync(new EmailVerified("u-mail", fixture.Clock.GetUtcNow()), new EventContext(Guid.NewGuid(), fixture.Clock.GetUtcNow(), 1), default);
        Assert.Equal("u-mail@example.test", fixture.Stripe.World.Find(customer)!["email"]!.GetValue<string>());
        fixture.Stripe.Faults.Next("POST /v1/customers/", FaultKind.Broken, 3);
        await Assert.ThrowsAsync<InvalidOperationException>(() => handler.HandleAsync(new EmailVerified("u-mail", fixture.Clock.GetUtcNow()), new EventContext(Guid.NewGuid(), fixture.Clock.GetUtcNow(), 1), default));
    }

    /// <summary>W-66, scenario 150: everything but buying works without a key.</summary>
    [Fact]
    public async Task Scenario_150_a_host_without_a_key_starts_and_says_that_payments_are_off()
    {
        await using var host = await new Mana.Testing.TestHost(fixture.Database).StartAsync();
        var services = host.Services;
        Assert.Equal(StripeMode.Off, services.GetRequiredService<IStripeAvailability>().Mode);
        var result = await services.GetRequiredService<IStripeCustomers>().GetOrCreateAsync("u-150", null, default);
        Assert.IsType<StripeResult<string>.NotConfigured>(result);
        Assert.Equal((503, "stripe_not_configured"), (StripeRefusals.Of(result).StatusCode, StripeRefusals.Of(result).Error));
        Assert.True((await host.CreateClient().GetAsync("/health/ready")).IsSuccessStatusCode);
    }
}
