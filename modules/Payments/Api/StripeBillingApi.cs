using Mana.Payments.Contracts;

namespace Mana.Payments.Api;

/// <summary>Checkout, subscriptions, invoices and the portal.</summary>
internal sealed partial class StripeApi
{
    public Task<StripeResult<StripeCheckoutSession>> CreateCheckoutSessionAsync(NewCheckoutSession session, string idempotencyKey, CancellationToken cancellationToken)
    {
        var recurring = session.Mode == CheckoutMode.Subscription;
        var form = new StripeForm().Text("mode", recurring ? "subscription" : "payment").Text("customer", session.CustomerId)
            .List("payment_method_types", session.PaymentMethodTypes).Text("success_url", session.SuccessUrl).Text("cancel_url", session.CancelUrl)
            .Instant("expires_at", session.ExpiresAt).Text("client_reference_id", session.ClientReferenceId).Map("metadata", session.Metadata)
            .Map(recurring ? "subscription_data[metadata]" : "payment_intent_data[metadata]", session.InnerMetadata)
            .Number("subscription_data[trial_period_days]", recurring ? session.TrialDays : null);
        foreach (var (i, line) in session.Lines.Index())
        {
            form.Text($"line_items[{i}][price]", line.PriceId).Number($"line_items[{i}][quantity]", line.Quantity);
            if (line.PriceId is null)
                form.Text($"line_items[{i}][price_data][currency]", line.Currency).Number($"line_items[{i}][price_data][unit_amount]", line.UnitAmount)
                    .Text($"line_items[{i}][price_data][product_data][name]", line.Name).Text($"line_items[{i}][price_data][product_data][description]", line.Description);
        }

        return stripe.SendAsync("checkout_sessions_create", HttpMethod.Post, "/v1/checkout/sessions", form, idempotencyKey, StripeReader.CheckoutSession, cancellationToken);
    }

    public Task<StripeResult<StripeCheckoutSession>> RetrieveCheckoutSessionAsync(string sessionId, CancellationToken cancellationToken) =>
        GetAsync("checkout_sessions_retrieve", "/v1/checkout/sessions/" + Id(sessionId), null, StripeReader.CheckoutSession, cancellationToken);

    public Task<StripeResult<StripePage<StripeCheckoutSession>>> ListCheckoutSessionsAsync(string? paymentIntentId, string? customerId, CancellationToken cancellationToken) =>
        ListAsync("checkout_sessions_list", "/v1/checkout/sessions", new StripeForm().Text("payment_intent", paymentIntentId).Text("customer", customerId),
            StripeReader.CheckoutSession, cancellationToken);

    public Task<StripeResult<StripeCheckoutSession>> ExpireCheckoutSessionAsync(string sessionId, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("checkout_sessions_expire", HttpMethod.Post, $"/v1/checkout/sessions/{Id(sessionId)}/expire", null, idempotencyKey, StripeReader.CheckoutSession, cancellationToken);

    public Task<StripeResult<StripeSubscription>> RetrieveSubscriptionAsync(string subscriptionId, CancellationToken cancellationToken) =>
        GetAsync("subscriptions_retrieve", "/v1/subscriptions/" + Id(subscriptionId), null, StripeBillingReader.Subscription, cancellationToken);

    public Task<StripeResult<StripeSubscription>> UpdateSubscriptionAsync(
        string subscriptionId, SubscriptionChange change, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("subscriptions_update", HttpMethod.Post, "/v1/subscriptions/" + Id(subscriptionId),
            new StripeForm().Flag("cancel_at_period_end", change.CancelAtPeriodEnd).Text("items[0][id]", change.ItemId).Text("items[0][price]", change.PriceId)
                .Text("proration_behavior", change.ProrationBehavior).Text("payment_behavior", change.PaymentBehavior).Map("metadata", change.Metadata),
            idempotencyKey, StripeBillingReader.Subscription, cancellationToken);

    public Task<StripeResult<StripeSubscription>> CancelSubscriptionAsync(string subscriptionId, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("subscriptions_cancel", HttpMethod.Delete, "/v1/subscriptions/" + Id(subscriptionId), null, idempotencyKey, StripeBillingReader.Subscription, cancellationToken);

    public Task<StripeResult<StripePage<StripeSubscription>>> ListSubscriptionsAsync(string? customerId, string? status, string? startingAfter, CancellationToken cancellationToken) =>
        ListAsync("subscriptions_list", "/v1/subscriptions", new StripeForm().Text("customer", customerId).Text("status", status).Text("starting_after", startingAfter),
            StripeBillingReader.Subscription, cancellationToken);

    public Task<StripeResult<StripeInvoice>> RetrieveInvoiceAsync(string invoiceId, CancellationToken cancellationToken) =>
        GetAsync("invoices_retrieve", "/v1/invoices/" + Id(invoiceId), null, StripeBillingReader.Invoice, cancellationToken);

    public Task<StripeResult<StripePage<StripeInvoice>>> ListInvoicesAsync(string? customerId, string? subscriptionId, string? startingAfter, CancellationToken cancellationToken) =>
        ListAsync("invoices_list", "/v1/invoices", new StripeForm().Text("customer", customerId).Text("subscription", subscriptionId).Text("starting_after", startingAfter),
            StripeBillingReader.Invoice, cancellationToken);

    /// <summary>A POST that makes nothing, so it needs no key.</summary>
    public Task<StripeResult<StripeInvoice>> PreviewInvoiceAsync(InvoicePreview preview, CancellationToken cancellationToken) =>
        stripe.SendAsync("invoices_create_preview", HttpMethod.Post, "/v1/invoices/create_preview",
            new StripeForm().Text("customer", preview.CustomerId).Text("subscription", preview.SubscriptionId)
                .Text("subscription_details[items][0][id]", preview.ItemId).Text("subscription_details[items][0][price]", preview.PriceId)
                .Text("subscription_details[proration_behavior]", preview.ProrationBehavior).Instant("subscription_details[proration_date]", preview.ProrationDate),
            null, StripeBillingReader.Invoice, cancellationToken);

    public Task<StripeResult<StripePage<StripeInvoicePayment>>> ListInvoicePaymentsAsync(string paymentIntentId, CancellationToken cancellationToken) =>
        ListAsync("invoice_payments_list", "/v1/invoice_payments", new StripeForm().Text("payment[type]", "payment_intent").Text("payment[payment_intent]", paymentIntentId),
            StripeBillingReader.InvoicePayment, cancellationToken);

    public Task<StripeResult<StripePortalSession>> CreatePortalSessionAsync(NewPortalSession session, string idempotencyKey, CancellationToken cancellationToken) =>
        stripe.SendAsync("billing_portal_sessions_create", HttpMethod.Post, "/v1/billing_portal/sessions",
            new StripeForm().Text("customer", session.CustomerId).Text("return_url", session.ReturnUrl).Text("configuration", session.ConfigurationId),
            idempotencyKey, StripeReader.PortalSession, cancellationToken);
}
