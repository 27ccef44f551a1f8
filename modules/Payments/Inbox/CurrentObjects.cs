using Mana.Payments.Contracts;

namespace Mana.Payments.Inbox;

/// <summary>Fetches what an event is about, as it is now: the snapshot inside an event may be old, and events come in any order (commerce.md 7.6).</summary>
internal sealed class CurrentObjects(IStripeApi stripe)
{
    /// <summary>Null for a kind of object that we do not read.</summary>
    public async Task<StripeResult<StripeObject>?> FetchAsync(string? kind, string id, CancellationToken cancellationToken) => kind switch
    {
        "customer" => Any(await stripe.RetrieveCustomerAsync(id, cancellationToken)),
        "payment_intent" => Any(await stripe.RetrievePaymentIntentAsync(id, cancellationToken)),
        "charge" => Any(await stripe.RetrieveChargeAsync(id, cancellationToken)),
        "refund" => Any(await stripe.RetrieveRefundAsync(id, cancellationToken)),
        "dispute" => Any(await stripe.RetrieveDisputeAsync(id, cancellationToken)),
        "checkout.session" => Any(await stripe.RetrieveCheckoutSessionAsync(id, cancellationToken)),
        "subscription" => Any(await stripe.RetrieveSubscriptionAsync(id, cancellationToken)),
        "invoice" => Any(await stripe.RetrieveInvoiceAsync(id, cancellationToken)),
        _ => null,
    };

    static StripeResult<StripeObject> Any<T>(StripeResult<T> result)
        where T : StripeObject => result.Map(StripeObject (value) => value);
}
