using Mana.Payments.Contracts;

namespace Mana.Payments.Api;

/// <summary>The calls of commerce.md 7.2, as Stripe's reference has them.</summary>
internal sealed partial class StripeApi(StripeTransport stripe) : IStripeApi
{
    const int PageSize = 100;

    public Task<StripeResult<StripeCustomer>> CreateCustomerAsync(NewCustomer customer, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("customers_create", HttpMethod.Post, "/v1/customers",
            new StripeForm().Text("email", string.IsNullOrEmpty(customer.Email) ? null : customer.Email).Map("metadata", customer.Metadata),
            idempotencyKey, StripeReader.Customer, cancellationToken);

    public Task<StripeResult<StripeCustomer>> UpdateCustomerAsync(string customerId, CustomerChange change, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("customers_update", HttpMethod.Post, "/v1/customers/" + Id(customerId),
            new StripeForm().Text("email", change.Email).Text("name", change.Name).Map("metadata", change.Metadata), idempotencyKey, StripeReader.Customer, cancellationToken);

    public Task<StripeResult<StripeCustomer>> RetrieveCustomerAsync(string customerId, CancellationToken cancellationToken) =>
        GetAsync("customers_retrieve", "/v1/customers/" + Id(customerId), null, StripeReader.Customer, cancellationToken);

    public Task<StripeResult<StripeProduct>> CreateProductAsync(NewProduct product, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("products_create", HttpMethod.Post, "/v1/products", new StripeForm().Text("name", product.Name).Map("metadata", product.Metadata),
            idempotencyKey, StripeReader.Product, cancellationToken);

    public Task<StripeResult<StripePrice>> CreatePriceAsync(NewPrice price, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("prices_create", HttpMethod.Post, "/v1/prices",
            new StripeForm().Text("product", price.ProductId).Number("unit_amount", price.UnitAmount).Text("currency", price.Currency)
                .Text("recurring[interval]", price.Interval).Text("lookup_key", price.LookupKey),
            idempotencyKey, StripeReader.Price, cancellationToken);

    public Task<StripeResult<StripePrice>> RetrievePriceAsync(string priceId, CancellationToken cancellationToken) =>
        GetAsync("prices_retrieve", "/v1/prices/" + Id(priceId), null, StripeReader.Price, cancellationToken);

    public Task<StripeResult<StripePage<StripePrice>>> ListPricesAsync(IReadOnlyCollection<string> lookupKeys, CancellationToken cancellationToken) =>
        ListAsync("prices_list", "/v1/prices", new StripeForm().List("lookup_keys", lookupKeys), StripeReader.Price, cancellationToken);

    public Task<StripeResult<StripePaymentIntent>> CreatePaymentIntentAsync(NewPaymentIntent intent, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("payment_intents_create", HttpMethod.Post, "/v1/payment_intents",
            new StripeForm().Number("amount", intent.Amount).Text("currency", intent.Currency).Text("customer", intent.CustomerId)
                .List("payment_method_types", intent.PaymentMethodTypes).Text("description", intent.Description).Map("metadata", intent.Metadata),
            idempotencyKey, StripeReader.PaymentIntent, cancellationToken);

    public Task<StripeResult<StripePaymentIntent>> RetrievePaymentIntentAsync(string paymentIntentId, CancellationToken cancellationToken) =>
        GetAsync("payment_intents_retrieve", "/v1/payment_intents/" + Id(paymentIntentId), new StripeForm().List("expand", ["latest_charge"]), StripeReader.PaymentIntent, cancellationToken);

    public Task<StripeResult<StripePaymentIntent>> CancelPaymentIntentAsync(string paymentIntentId, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("payment_intents_cancel", HttpMethod.Post, $"/v1/payment_intents/{Id(paymentIntentId)}/cancel", null, idempotencyKey, StripeReader.PaymentIntent, cancellationToken);

    public Task<StripeResult<StripeRefund>> CreateRefundAsync(NewRefund refund, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("refunds_create", HttpMethod.Post, "/v1/refunds",
            new StripeForm().Text("payment_intent", refund.PaymentIntentId).Number("amount", refund.Amount).Map("metadata", refund.Metadata),
            idempotencyKey, StripeReader.Refund, cancellationToken);

    public Task<StripeResult<StripeRefund>> RetrieveRefundAsync(string refundId, CancellationToken cancellationToken) =>
        GetAsync("refunds_retrieve", "/v1/refunds/" + Id(refundId), null, StripeReader.Refund, cancellationToken);

    public Task<StripeResult<StripePage<StripeRefund>>> ListRefundsAsync(string paymentIntentId, CancellationToken cancellationToken) =>
        ListAsync("refunds_list", "/v1/refunds", new StripeForm().Text("payment_intent", paymentIntentId), StripeReader.Refund, cancellationToken);

    public Task<StripeResult<StripeCharge>> RetrieveChargeAsync(string chargeId, CancellationToken cancellationToken) =>
        GetAsync("charges_retrieve", "/v1/charges/" + Id(chargeId), null, StripeReader.Charge, cancellationToken);

    public Task<StripeResult<StripeDispute>> RetrieveDisputeAsync(string disputeId, CancellationToken cancellationToken) =>
        GetAsync("disputes_retrieve", "/v1/disputes/" + Id(disputeId), null, StripeReader.Dispute, cancellationToken);

    public Task<StripeResult<StripePage<StripeDispute>>> ListDisputesAsync(string paymentIntentId, CancellationToken cancellationToken) =>
        ListAsync("disputes_list", "/v1/disputes", new StripeForm().Text("payment_intent", paymentIntentId), StripeReader.Dispute, cancellationToken);

    public Task<StripeResult<StripeBalanceTransaction>> RetrieveBalanceTransactionAsync(string transactionId, CancellationToken cancellationToken) =>
        GetAsync("balance_transactions_retrieve", "/v1/balance_transactions/" + Id(transactionId), null, StripeReader.BalanceTransaction, cancellationToken);

    public Task<StripeResult<StripePage<StripeEventRecord>>> ListEventsAsync(EventQuery query, CancellationToken cancellationToken) =>
        stripe.SendAsync("events_list", HttpMethod.Get, "/v1/events",
            new StripeForm().Number("created[gte]", query.CreatedFrom.ToUnixTimeSeconds()).List("types", query.Types).Text("starting_after", query.StartingAfter).Number("limit", query.Limit),
            null, json => StripeReader.Page(json, StripeEventReader.Event), cancellationToken);

    Task<StripeResult<T>> GetAsync<T>(string call, string path, StripeForm? form, Func<System.Text.Json.JsonElement, T> read, CancellationToken cancellationToken) =>
        stripe.SendAsync(call, HttpMethod.Get, path, form, null, read, cancellationToken);

    Task<StripeResult<StripePage<T>>> ListAsync<T>(string call, string path, StripeForm form, Func<System.Text.Json.JsonElement, T> read, CancellationToken cancellationToken) =>
        GetAsync(call, path, form.Number("limit", PageSize), json => StripeReader.Page(json, read), cancellationToken);

    /// <summary>Ids come from Stripe, but also from stored rows: none may lead to another path.</summary>
    static string Id(string id) => Uri.EscapeDataString(id);
}
