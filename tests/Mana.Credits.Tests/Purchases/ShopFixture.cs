using Mana.Credits.Purchases;
using Mana.Payments.Contracts;
using Mana.Testing;
using Mana.Testing.Stripe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Credits.Tests.Purchases;

/// <summary>A host that sells, and a Stripe whose objects the test changes; what it tells is handed over by <see cref="TellAsync"/>.</summary>
public sealed class ShopFixture : CreditsFixture
{
    static int s_events;

    public FakeClock Clock { get; } = new(ClockedFixture.Start);

    public ScriptedStripe Stripe { get; } = new();

    protected override TestHost Configure(TestHost host) => host.With(Clock).With("Stripe:SecretKey", "sk_test_scripted").With("Stripe:Process", "false").With("Origins:Trusted", "https://mana.how")
        .With(services => services.Replace(ServiceDescriptor.Singleton<IStripeApi>(Stripe)));

    internal Task<Guid> SmallPackAsync() => ScalarAsync<Guid>("SELECT id FROM credits.packages WHERE sort_order = 1");

    /// <summary>A purchase of the small pack that waits for its payment.</summary>
    internal async Task<(Guid Purchase, string Intent)> BegunAsync(Caller person)
    {
        var begun = (await person.PostAsync("credits/purchase", new { packageId = await SmallPackAsync() })).Ok();
        var id = Guid.Parse(begun.String("purchaseId")!);
        return (id, (await ScalarAsync<string>("SELECT stripe_payment_intent_id FROM credits.purchases WHERE id = $1", id))!);
    }

    internal async Task<(Guid Purchase, string Intent)> BoughtAsync(Caller person)
    {
        var (purchase, intent) = await BegunAsync(person);
        Pay(intent);
        Assert.IsType<StripeOutcome.Applied>(await TellAsync("payment_intent.succeeded", intent));
        return (purchase, intent);
    }

    public void Pay(string intent, string method = "card") => Stripe.Change<StripePaymentIntent>(
        intent, now => now with { Status = "succeeded", AmountReceived = now.Amount, PaymentMethodType = method, FailureCode = null, FailureMessage = null });

    public StripeRefund Refund(string intent, long cents, string status = "succeeded") => Stripe.Put(new StripeRefund
    {
        Id = Stripe.NewId("re"), Amount = cents, Currency = "eur", Status = status, PaymentIntentId = intent, CreatedAt = Clock.GetUtcNow(),
    });

    public StripeDispute Dispute(string intent, string status = "needs_response") => Stripe.Put(new StripeDispute
    {
        Id = Stripe.NewId("dp"), Amount = 490, Currency = "eur", Status = status, PaymentIntentId = intent, CreatedAt = Clock.GetUtcNow(),
    });

    /// <summary>Hands an event to the module as the inbox does: with the object as it is now.</summary>
    public async Task<StripeOutcome> TellAsync(string type, string objectId)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        var happening = new StripeHappening($"evt_{Interlocked.Increment(ref s_events)}", type, Clock.GetUtcNow(), Stripe.Get<StripeObject>(objectId), null, 1);
        return await scope.ServiceProvider.GetRequiredService<PurchaseEvents>().HandleAsync(happening, default);
    }

    internal async Task<ReconciliationSummary> ReconcileAsync(ReconciliationScope scope = ReconciliationScope.Open)
    {
        await using var services = Host.Services.CreateAsyncScope();
        return await services.ServiceProvider.GetRequiredService<PurchaseReconciliation>().ReconcileAsync(scope, default);
    }

    internal async Task<string> StatusAsync(Guid purchase) => (await ScalarAsync<string>("SELECT status FROM credits.purchases WHERE id = $1", purchase))!;

    internal async Task<long> CreditsOfAsync(Caller person) => (await BalanceAsync(person)).Available.Milli / 1000;
}
