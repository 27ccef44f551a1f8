using System.Text.Json.Nodes;
using Mana.Subscriptions.PlanCredits;

namespace Mana.Subscriptions.Tests.PlanCredits;

/// <summary>One person with a clock of their own, who changes plans; what the scenarios of changes have in common.</summary>
public abstract class PlanChanges : IAsyncLifetime
{
    internal SubscriptionsFixture Shop { get; } = new();

    internal Caller Person { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Shop.InitializeAsync();
        Person = await Shop.MemberAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Shop.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task<long> CreditsAsync() => Shop.CreditsOfAsync(Person);

    private protected async Task<Answer> TryChangeAsync(string plan, string interval) =>
        await (await Shop.PersonAsync(Person.UserId)).PostAsync("subscriptions/change", new { planId = await Shop.PlanIdAsync(plan), billingInterval = interval });

    private protected async Task ChangeAsync(string plan, string interval)
    {
        (await TryChangeAsync(plan, interval)).Ok();
        await Shop.TellAsync();
    }

    /// <summary>As Stripe's portal may do it.</summary>
    private protected async Task ChangeAtStripeAsync(string subscription, string price)
    {
        ChangeUnheard(subscription, price);
        await Shop.TellAsync();
    }

    private protected void ChangeUnheard(string subscription, string price, string prorations = "always_invoice") =>
        Shop.World.ChangeSubscription(subscription, JsonNode.Parse($$$"""{"items":{"0":{"price":"{{{price}}}"}},"proration_behavior":"{{{prorations}}}"}""")!.AsObject());

    /// <summary>The payment of an invoice, counted from the first that was paid.</summary>
    private protected string Intent(Index invoice) => Shop.World.All("invoice_payment").ToArray()[invoice]["payment"]!["payment_intent"]!.GetValue<string>();

    /// <summary>That many months and a minute after the start; what is due at Stripe happens, and the job runs.</summary>
    private protected async Task MonthAsync(int month, bool atStripe = true)
    {
        var by = SubscriptionsFixture.Start.AddMonths(month) - Shop.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        if (atStripe)
            Shop.Advance(by);
        else
            Shop.Clock.Advance(by);
        await Shop.TellAsync();
        await Shop.RunAsync<YearlyDrip>();
        await Shop.RunAsync<YearlyDrip>();
    }
}
