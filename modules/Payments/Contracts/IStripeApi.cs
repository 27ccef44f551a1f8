namespace Mana.Payments.Contracts;

/// <summary>
/// Every call that we make to Stripe (commerce.md 7.2), at one pinned API version. Calls that change something take an idempotency key, derived from the
/// business (<c>pi:&lt;purchaseId&gt;</c>), so that a repetition after a crash finds the first one. The seam that Stripe.net could stand behind.
/// </summary>
public interface IStripeApi
{
    Task<StripeResult<StripeCustomer>> CreateCustomerAsync(NewCustomer customer, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripeCustomer>> UpdateCustomerAsync(string customerId, CustomerChange change, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripeCustomer>> RetrieveCustomerAsync(string customerId, CancellationToken cancellationToken);

    Task<StripeResult<StripeProduct>> CreateProductAsync(NewProduct product, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripePrice>> CreatePriceAsync(NewPrice price, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripePrice>> RetrievePriceAsync(string priceId, CancellationToken cancellationToken);

    /// <summary>Prices by their lookup keys, at most 10.</summary>
    Task<StripeResult<StripePage<StripePrice>>> ListPricesAsync(IReadOnlyCollection<string> lookupKeys, CancellationToken cancellationToken);

    Task<StripeResult<StripeCheckoutSession>> CreateCheckoutSessionAsync(NewCheckoutSession session, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripeCheckoutSession>> RetrieveCheckoutSessionAsync(string sessionId, CancellationToken cancellationToken);

    Task<StripeResult<StripePage<StripeCheckoutSession>>> ListCheckoutSessionsAsync(string? paymentIntentId, string? customerId, CancellationToken cancellationToken);

    Task<StripeResult<StripeCheckoutSession>> ExpireCheckoutSessionAsync(string sessionId, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripePaymentIntent>> CreatePaymentIntentAsync(NewPaymentIntent intent, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>With its latest charge, from which <see cref="StripePaymentIntent.PaymentMethodType"/> comes.</summary>
    Task<StripeResult<StripePaymentIntent>> RetrievePaymentIntentAsync(string paymentIntentId, CancellationToken cancellationToken);

    Task<StripeResult<StripePaymentIntent>> CancelPaymentIntentAsync(string paymentIntentId, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripeSubscription>> RetrieveSubscriptionAsync(string subscriptionId, CancellationToken cancellationToken);

    Task<StripeResult<StripeSubscription>> UpdateSubscriptionAsync(string subscriptionId, SubscriptionChange change, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Ends it now, not at the end of its period.</summary>
    Task<StripeResult<StripeSubscription>> CancelSubscriptionAsync(string subscriptionId, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Subscriptions of one customer or of all.</summary>
    /// <param name="customerId">Null: of everybody.</param>
    /// <param name="status">A status, <c>all</c>, or null: all that have not ended.</param>
    Task<StripeResult<StripePage<StripeSubscription>>> ListSubscriptionsAsync(string? customerId, string? status, string? startingAfter, CancellationToken cancellationToken);

    Task<StripeResult<StripeInvoice>> RetrieveInvoiceAsync(string invoiceId, CancellationToken cancellationToken);

    Task<StripeResult<StripePage<StripeInvoice>>> ListInvoicesAsync(string? customerId, string? subscriptionId, string? startingAfter, CancellationToken cancellationToken);

    /// <summary>Changes nothing.</summary>
    Task<StripeResult<StripeInvoice>> PreviewInvoiceAsync(InvoicePreview preview, CancellationToken cancellationToken);

    /// <summary>Which invoices a payment paid; none for a purchase.</summary>
    Task<StripeResult<StripePage<StripeInvoicePayment>>> ListInvoicePaymentsAsync(string paymentIntentId, CancellationToken cancellationToken);

    Task<StripeResult<StripePortalSession>> CreatePortalSessionAsync(NewPortalSession session, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripeRefund>> CreateRefundAsync(NewRefund refund, string idempotencyKey, CancellationToken cancellationToken);

    Task<StripeResult<StripeRefund>> RetrieveRefundAsync(string refundId, CancellationToken cancellationToken);

    Task<StripeResult<StripePage<StripeRefund>>> ListRefundsAsync(string paymentIntentId, CancellationToken cancellationToken);

    Task<StripeResult<StripeCharge>> RetrieveChargeAsync(string chargeId, CancellationToken cancellationToken);

    Task<StripeResult<StripeDispute>> RetrieveDisputeAsync(string disputeId, CancellationToken cancellationToken);

    Task<StripeResult<StripePage<StripeDispute>>> ListDisputesAsync(string paymentIntentId, CancellationToken cancellationToken);

    Task<StripeResult<StripeBalanceTransaction>> RetrieveBalanceTransactionAsync(string transactionId, CancellationToken cancellationToken);

    Task<StripeResult<StripePage<StripeEventRecord>>> ListEventsAsync(EventQuery query, CancellationToken cancellationToken);
}
