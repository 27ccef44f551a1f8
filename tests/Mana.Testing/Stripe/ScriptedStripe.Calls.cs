using Mana.Payments.Contracts;

namespace Mana.Testing.Stripe;

/// <content>The calls of <see cref="IStripeApi"/>.</content>
public sealed partial class ScriptedStripe
{
    public Task<StripeResult<StripeCustomer>> CreateCustomerAsync(NewCustomer customer, string idempotencyKey, CancellationToken cancellationToken) =>
        Once(idempotencyKey, () => new StripeCustomer { Id = NewId("cus"), Email = customer.Email, Metadata = customer.Metadata, CreatedAt = Now });

    public Task<StripeResult<StripeCustomer>> UpdateCustomerAsync(string customerId, CustomerChange change, string idempotencyKey, CancellationToken cancellationToken) =>
        One<StripeCustomer>(customerId);

    public Task<StripeResult<StripeCustomer>> RetrieveCustomerAsync(string customerId, CancellationToken cancellationToken) => One<StripeCustomer>(customerId);

    public Task<StripeResult<StripeProduct>> CreateProductAsync(NewProduct product, string idempotencyKey, CancellationToken cancellationToken) =>
        Once(idempotencyKey, () => new StripeProduct { Id = NewId("prod"), Name = product.Name, Active = true, CreatedAt = Now });

    public Task<StripeResult<StripePrice>> CreatePriceAsync(NewPrice price, string idempotencyKey, CancellationToken cancellationToken) => Once(idempotencyKey, () => new StripePrice
    {
        Id = NewId("price"), ProductId = price.ProductId, UnitAmount = price.UnitAmount, Currency = price.Currency, Interval = price.Interval, LookupKey = price.LookupKey, Active = true, CreatedAt = Now,
    });

    public Task<StripeResult<StripePrice>> RetrievePriceAsync(string priceId, CancellationToken cancellationToken) => One<StripePrice>(priceId);

    public Task<StripeResult<StripePage<StripePrice>>> ListPricesAsync(IReadOnlyCollection<string> lookupKeys, CancellationToken cancellationToken) =>
        Some<StripePrice>(price => price.LookupKey is { } key && lookupKeys.Contains(key));

    public Task<StripeResult<StripeCheckoutSession>> CreateCheckoutSessionAsync(NewCheckoutSession session, string idempotencyKey, CancellationToken cancellationToken) => IsOther(idempotencyKey, session)
        ? Task.FromResult<StripeResult<StripeCheckoutSession>>(new StripeResult<StripeCheckoutSession>.Invalid("idempotency_error", null, "The key was used with other parameters."))
        : Once(idempotencyKey, () =>
    {
        LastSession = session;
        var id = NewId("cs");
        return new StripeCheckoutSession
        {
            Id = id, Mode = session.Mode == CheckoutMode.Payment ? "payment" : "subscription", Status = "open", PaymentStatus = "unpaid", CustomerId = session.CustomerId,
            ClientReferenceId = session.ClientReferenceId, Metadata = session.Metadata ?? new Dictionary<string, string>(StringComparer.Ordinal), Url = "https://checkout.stripe.test/" + id,
            ExpiresAt = session.ExpiresAt, CreatedAt = Now,
        };
    });

    bool IsOther(string key, NewCheckoutSession session)
    {
        var wanted = (session.SuccessUrl, session.CancelUrl);
        lock (_lock)
            return !_pages.TryAdd(key, wanted) && _pages[key] != wanted;
    }

    public Task<StripeResult<StripeCheckoutSession>> RetrieveCheckoutSessionAsync(string sessionId, CancellationToken cancellationToken) => One<StripeCheckoutSession>(sessionId);

    public Task<StripeResult<StripePage<StripeCheckoutSession>>> ListCheckoutSessionsAsync(string? paymentIntentId, string? customerId, CancellationToken cancellationToken) =>
        Some<StripeCheckoutSession>(session => (paymentIntentId is null || session.PaymentIntentId == paymentIntentId) && (customerId is null || session.CustomerId == customerId));

    public Task<StripeResult<StripeCheckoutSession>> ExpireCheckoutSessionAsync(string sessionId, string idempotencyKey, CancellationToken cancellationToken) =>
        Once(idempotencyKey, () => Get<StripeCheckoutSession>(sessionId) with { Status = "expired", Url = null });

    public Task<StripeResult<StripePaymentIntent>> CreatePaymentIntentAsync(NewPaymentIntent intent, string idempotencyKey, CancellationToken cancellationToken) => Once(idempotencyKey, () =>
    {
        LastIntent = intent;
        var id = NewId("pi");
        return new StripePaymentIntent
        {
            Id = id, Amount = intent.Amount, AmountReceived = 0, Currency = intent.Currency, Status = "requires_payment_method", ClientSecret = id + "_secret_x", CustomerId = intent.CustomerId,
            Metadata = intent.Metadata, CreatedAt = Now,
        };
    });

    public Task<StripeResult<StripePaymentIntent>> RetrievePaymentIntentAsync(string paymentIntentId, CancellationToken cancellationToken) => One<StripePaymentIntent>(paymentIntentId);

    public async Task<StripeResult<StripePaymentIntent>> CancelPaymentIntentAsync(string paymentIntentId, string idempotencyKey, CancellationToken cancellationToken) =>
        await One<StripePaymentIntent>(paymentIntentId) switch
        {
            _ when IsDown => new StripeResult<StripePaymentIntent>.Unavailable("down"),
            StripeResult<StripePaymentIntent>.Ok { Value.Status: "succeeded" or "processing" } => new StripeResult<StripePaymentIntent>.Invalid("payment_intent_unexpected_state", null, "It cannot be cancelled any more."),
            StripeResult<StripePaymentIntent>.Ok { Value: var intent } => await Once(idempotencyKey, () => intent with { Status = "canceled", CanceledAt = Now }),
            var unknown => unknown,
        };

    public Task<StripeResult<StripeSubscription>> RetrieveSubscriptionAsync(string subscriptionId, CancellationToken cancellationToken) => One<StripeSubscription>(subscriptionId);

    public Task<StripeResult<StripeSubscription>> UpdateSubscriptionAsync(string subscriptionId, SubscriptionChange change, string idempotencyKey, CancellationToken cancellationToken) =>
        Once(idempotencyKey, () => Get<StripeSubscription>(subscriptionId) with { CancelAtPeriodEnd = change.CancelAtPeriodEnd ?? Get<StripeSubscription>(subscriptionId).CancelAtPeriodEnd });

    public Task<StripeResult<StripeSubscription>> CancelSubscriptionAsync(string subscriptionId, string idempotencyKey, CancellationToken cancellationToken) =>
        Once(idempotencyKey, () => Get<StripeSubscription>(subscriptionId) with { Status = "canceled", CanceledAt = Now, EndedAt = Now });

    public Task<StripeResult<StripePage<StripeSubscription>>> ListSubscriptionsAsync(string? customerId, string? status, string? startingAfter, CancellationToken cancellationToken) =>
        Some<StripeSubscription>(found => (customerId is null || found.CustomerId == customerId) && (status == "all" || (status is null ? found.Status is not ("canceled" or "incomplete_expired") : found.Status == status)));

    public Task<StripeResult<StripeInvoice>> RetrieveInvoiceAsync(string invoiceId, CancellationToken cancellationToken) => One<StripeInvoice>(invoiceId);

    public Task<StripeResult<StripePage<StripeInvoice>>> ListInvoicesAsync(string? customerId, string? subscriptionId, string? startingAfter, CancellationToken cancellationToken) =>
        Some<StripeInvoice>(invoice => (customerId is null || invoice.CustomerId == customerId) && (subscriptionId is null || invoice.SubscriptionId == subscriptionId));

    public Task<StripeResult<StripeInvoice>> PreviewInvoiceAsync(InvoicePreview preview, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StripeResult<StripePage<StripeInvoicePayment>>> ListInvoicePaymentsAsync(string paymentIntentId, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult<StripeResult<StripePage<StripeInvoicePayment>>>(new StripeResult<StripePage<StripeInvoicePayment>>.Ok(new(
                _invoiceOfPayment.TryGetValue(paymentIntentId, out var invoice)
                    ? [new StripeInvoicePayment { Id = "inpay_" + paymentIntentId, InvoiceId = invoice, PaymentIntentId = paymentIntentId, Status = "paid" }]
                    : [], false)));
    }

    public Task<StripeResult<StripePortalSession>> CreatePortalSessionAsync(NewPortalSession session, string idempotencyKey, CancellationToken cancellationToken) =>
        Once(idempotencyKey, () => new StripePortalSession { Id = NewId("bps"), Url = "https://billing.stripe.test/" + session.CustomerId, CreatedAt = Now });

    public Task<StripeResult<StripeRefund>> CreateRefundAsync(NewRefund refund, string idempotencyKey, CancellationToken cancellationToken) => Once(idempotencyKey, () => new StripeRefund
    {
        Id = NewId("re"), Amount = refund.Amount ?? Get<StripePaymentIntent>(refund.PaymentIntentId).AmountReceived, Currency = "eur", Status = "succeeded", PaymentIntentId = refund.PaymentIntentId, Metadata = refund.Metadata, CreatedAt = Now,
    });

    public Task<StripeResult<StripeRefund>> RetrieveRefundAsync(string refundId, CancellationToken cancellationToken) => One<StripeRefund>(refundId);

    public Task<StripeResult<StripePage<StripeRefund>>> ListRefundsAsync(string paymentIntentId, CancellationToken cancellationToken) => Some<StripeRefund>(refund => refund.PaymentIntentId == paymentIntentId);

    public Task<StripeResult<StripeCharge>> RetrieveChargeAsync(string chargeId, CancellationToken cancellationToken) => One<StripeCharge>(chargeId);

    public Task<StripeResult<StripeDispute>> RetrieveDisputeAsync(string disputeId, CancellationToken cancellationToken) => One<StripeDispute>(disputeId);

    public Task<StripeResult<StripePage<StripeDispute>>> ListDisputesAsync(string paymentIntentId, CancellationToken cancellationToken) => Some<StripeDispute>(dispute => dispute.PaymentIntentId == paymentIntentId);

    public Task<StripeResult<StripeBalanceTransaction>> RetrieveBalanceTransactionAsync(string transactionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StripeResult<StripePage<StripeEventRecord>>> ListEventsAsync(EventQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<StripeResult<StripePage<StripeEventRecord>>>(new StripeResult<StripePage<StripeEventRecord>>.Ok(new([], false)));
}
