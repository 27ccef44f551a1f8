using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;
using Mana.Subscriptions.Stripe;
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
    SubscriptionsDbContext database, CurrentSubscriptions current, PlanCatalogue catalogue, SubscriptionEvents events, SubscriptionRefresh refresh, IStripeApi stripe, IStripeCustomers customers,
    IStripeAvailability availability, IPaymentRisk risk, SubscriptionsOptions options, IIdSource ids, TimeProvider time)
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
        var priced = await catalogue.PriceIdAsync(plan, interval, cancellationToken);
        if (priced is not StripeResult<string>.Ok { Value: var price })
            return priced is StripeResult<string>.NotFound ? new CheckoutResult.NoPrice() : new CheckoutResult.Failed();
        if (await customers.GetOrCreateAsync(userId, email, cancellationToken) is not StripeResult<string>.Ok { Value: var customer })
            return new CheckoutResult.Failed();
        // Everything that Stripe is told: it refuses a key with other parameters.
        var methods = PaymentMethods.Of(await risk.IsFlaggedAsync(userId, cancellationToken));
        var wish = Hash([plan.Id.ToString(), interval, price, successUrl, cancelUrl, .. methods]);
        var (ended, meanwhile) = await SettleOthersAsync(userId, wish, cancellationToken);
        if (meanwhile is not null)
            return meanwhile;
        if (await KnownAtStripeAsync(customer, cancellationToken) is not { } isSubscribed)
            return new CheckoutResult.Failed();
        if (isSubscribed && await current.LiveAsync(userId, cancellationToken) is not null)
            return new CheckoutResult.AlreadySubscribed();

        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["userId"] = userId, ["planId"] = plan.Id.ToString(), ["billingInterval"] = interval };
        var wanted = new NewCheckoutSession(CheckoutMode.Subscription, customer, [new CheckoutLine(price)], successUrl, cancelUrl) { PaymentMethodTypes = methods, Metadata = facts, InnerMetadata = facts };
        // A double click finds the first session; behind one that is over there is a new one, even when the same is wished again.
        var former = await database.Subscriptions.CountAsync(row => row.UserId == userId, cancellationToken);
        var turn = Hash(wish, ended ?? "", former.ToString(CultureInfo.InvariantCulture));
        var key = string.Create(CultureInfo.InvariantCulture, $"cs-sub:{userId}:{plan.Id}:{interval}:{time.GetUtcNow().Ticks / Bucket.Ticks}:{turn}");
        if (await stripe.CreateCheckoutSessionAsync(wanted, key, cancellationToken) is not StripeResult<StripeCheckoutSession>.Ok { Value: { Url: { } url } session })
            return new CheckoutResult.Failed();
        await database.Database.ExecuteSqlAsync(
            $"INSERT INTO subscriptions.checkouts (stripe_session_id, user_id, wish, created_at) VALUES ({session.Id}, {userId}, {wish}, {time.GetUtcNow()}) ON CONFLICT DO NOTHING", cancellationToken);
        // Two wishes at the same moment: each sees the other at the latest here.
        foreach (var other in await database.Checkouts.Where(row => row.UserId == userId && row.StripeSessionId != session.Id).Select(row => row.StripeSessionId).ToListAsync(cancellationToken))
            await stripe.ExpireCheckoutSessionAsync(other, $"cs-expire:{other}", cancellationToken);
        return new CheckoutResult.Ready(session.Id, url);
    }

    static string Hash(params ReadOnlySpan<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..16];

    /// <summary>
    /// Nobody can pay for two: the page of the same wish is used again, every other one is ended before there is a new one, and one that was paid meanwhile is told.
    /// </summary>
    /// <returns>The page that was ended last, for the key of the next one; or the answer, when there is one already.</returns>
    async Task<(string? Ended, CheckoutResult? Answer)> SettleOthersAsync(string userId, string wish, CancellationToken cancellationToken)
    {
        string? ended = null;
        foreach (var row in await database.Checkouts.AsNoTracking().Where(row => row.UserId == userId).OrderBy(row => row.CreatedAt).ThenBy(row => row.StripeSessionId).ToListAsync(cancellationToken))
        {
            var asked = await stripe.RetrieveCheckoutSessionAsync(row.StripeSessionId, cancellationToken);
            if (asked is StripeResult<StripeCheckoutSession>.Ok { Value: { Status: "open", Url: { } url } } && row.Wish == wish)
                return (null, new CheckoutResult.Ready(row.StripeSessionId, url));
            if (asked is StripeResult<StripeCheckoutSession>.Ok { Value.Status: "open" })
            {
                if (await stripe.ExpireCheckoutSessionAsync(row.StripeSessionId, $"cs-expire:{row.StripeSessionId}", cancellationToken) is StripeResult<StripeCheckoutSession>.Ok)
                    ended = row.StripeSessionId;
                // Refused: it was paid at this moment, or is over.
                asked = await stripe.RetrieveCheckoutSessionAsync(row.StripeSessionId, cancellationToken);
            }

            if (asked is StripeResult<StripeCheckoutSession>.Ok { Value: { Status: not "open" } over })
            {
                if (await events.SessionAsync(over, cancellationToken) is StripeOutcome.Retry)
                    return (null, new CheckoutResult.Failed());
                if (await current.LiveAsync(userId, cancellationToken) is not null)
                    return (null, new CheckoutResult.AlreadySubscribed());
                ended = row.StripeSessionId;
            }
            else if (asked is not StripeResult<StripeCheckoutSession>.NotFound)
            {
                return (null, new CheckoutResult.Failed());
            }
        }

        return (ended, null);
    }

    /// <summary>Whether the customer has something at Stripe that is ours, stored or not; null: Stripe does not answer.</summary>
    async Task<bool?> KnownAtStripeAsync(string customer, CancellationToken cancellationToken)
    {
        if (await stripe.ListSubscriptionsAsync(customer, null, null, cancellationToken) is not StripeResult<StripePage<StripeSubscription>>.Ok { Value.Items: var found })
            return null;
        foreach (var subscription in found)
            if (await refresh.RefreshAsync(subscription.Id, cancellationToken) is StripeOutcome.Retry)
                return null;
        return found.Count > 0;
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
