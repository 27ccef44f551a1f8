using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Billing;

internal abstract record CheckoutResult
{
    public sealed record Ready(string SessionId, string Url) : CheckoutResult;

    public sealed record NoPlan : CheckoutResult;

    public sealed record FreePlan : CheckoutResult;

    public sealed record NoPrice : CheckoutResult;

    public sealed record AlreadySubscribed : CheckoutResult;

    public sealed record NotConfigured : CheckoutResult;

    public sealed record Failed : CheckoutResult;
}

/// <summary>Sends people to Stripe's pages: to subscribe, and to manage what they have (commerce.md 6.3).</summary>
internal sealed class Checkout(
    SubscriptionsDbContext database, CurrentSubscriptions current, PlanCatalogue catalogue, IStripeApi stripe, IStripeCustomers customers, IStripeAvailability availability,
    SubscriptionsOptions options, IIdSource ids, TimeProvider time)
{
    static readonly TimeSpan Bucket = TimeSpan.FromMinutes(5);

    public async Task<CheckoutResult> BeginAsync(string userId, string? email, Guid planId, string interval, string successUrl, string cancelUrl, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(planId, cancellationToken) is not { Active: true } plan)
            return new CheckoutResult.NoPlan();
        if (plan.IsDefault || plan.PriceEuroCents(interval) == 0)
            return new CheckoutResult.FreePlan();
        if (!availability.CanCall)
            return new CheckoutResult.NotConfigured();
        if (await current.LiveAsync(userId, cancellationToken) is not null)
            return new CheckoutResult.AlreadySubscribed();
        if (await catalogue.PriceIdAsync(plan, interval, cancellationToken) is not { } price)
            return new CheckoutResult.NoPrice();
        if (await customers.GetOrCreateAsync(userId, email, cancellationToken) is not StripeResult<string>.Ok { Value: var customer })
            return new CheckoutResult.Failed();

        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["userId"] = userId, ["planId"] = plan.Id.ToString(), ["billingInterval"] = interval };
        var wanted = new NewCheckoutSession(CheckoutMode.Subscription, customer, [new CheckoutLine(price)], successUrl, cancelUrl) { Metadata = facts, InnerMetadata = facts };
        // A double click finds the first session; the pages are in the key because Stripe refuses a key with other parameters.
        var pages = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(successUrl + "\n" + cancelUrl)))[..12];
        var key = string.Create(CultureInfo.InvariantCulture, $"cs-sub:{userId}:{plan.Id}:{interval}:{time.GetUtcNow().Ticks / Bucket.Ticks}:{pages}");
        if (await stripe.CreateCheckoutSessionAsync(wanted, key, cancellationToken) is not StripeResult<StripeCheckoutSession>.Ok { Value: { Url: { } url } session })
            return new CheckoutResult.Failed();
        await database.Database.ExecuteSqlAsync(
            $"INSERT INTO subscriptions.checkouts (stripe_session_id, user_id, created_at) VALUES ({session.Id}, {userId}, {time.GetUtcNow()}) ON CONFLICT DO NOTHING", cancellationToken);
        return new CheckoutResult.Ready(session.Id, url);
    }

    /// <summary>Null: there is no customer yet.</summary>
    public async Task<StripeResult<StripePortalSession>?> PortalAsync(string userId, string returnUrl, CancellationToken cancellationToken)
    {
        if (!availability.CanCall)
            return new StripeResult<StripePortalSession>.NotConfigured();
        return await customers.FindAsync(userId, cancellationToken) is { } customer
            ? await stripe.CreatePortalSessionAsync(new NewPortalSession(customer, returnUrl) { ConfigurationId = options.PortalConfiguration }, "portal:" + ids.NewId(), cancellationToken)
            : null;
    }
}
