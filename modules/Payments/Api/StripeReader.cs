using System.Text.Json;
using Mana.Payments.Contracts;

namespace Mana.Payments.Api;

/// <summary>From Stripe's JSON to what we use of it. Unknown members are passed over; a missing one that we need is a <see cref="FormatException"/>.</summary>
internal static class StripeReader
{
    public static StripePage<T> Page<T>(JsonElement json, Func<JsonElement, T> read) => new([.. json.List("data").Select(read)], json.Flag("has_more"));

    public static StripeCustomer Customer(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        CustomerId = json.Text("id"),
        Livemode = json.OptionalFlag("livemode"),
        Metadata = json.Map("metadata"),
        CreatedAt = Created(json),
        Email = json.Text("email"),
        Name = json.Text("name"),
        Deleted = json.Flag("deleted"),
    };

    public static StripeProduct Product(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        Livemode = json.OptionalFlag("livemode"),
        Metadata = json.Map("metadata"),
        CreatedAt = Created(json),
        Name = json.Text("name") ?? "",
        Active = json.Flag("active"),
    };

    public static StripePrice Price(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        Livemode = json.OptionalFlag("livemode"),
        Metadata = json.Map("metadata"),
        CreatedAt = Created(json),
        ProductId = json.Reference("product") ?? "",
        UnitAmount = json.Number("unit_amount"),
        Currency = json.Needed("currency"),
        Interval = json.Object("recurring")?.Text("interval"),
        IntervalCount = (int)(json.Object("recurring")?.Number("interval_count") ?? 1),
        LookupKey = json.Text("lookup_key"),
        Active = json.Flag("active"),
    };

    public static StripePaymentIntent PaymentIntent(JsonElement json)
    {
        var failure = json.Object("last_payment_error");
        var charge = json.Object("latest_charge");
        return new()
        {
            Id = json.Needed("id"),
            CustomerId = json.Reference("customer"),
            Livemode = json.OptionalFlag("livemode"),
            Metadata = json.Map("metadata"),
            CreatedAt = Created(json),
            Amount = json.Number("amount") ?? 0,
            AmountReceived = json.Number("amount_received") ?? 0,
            Currency = json.Needed("currency"),
            Status = json.Needed("status"),
            ClientSecret = json.Text("client_secret"),
            LatestChargeId = json.Reference("latest_charge"),
            PaymentMethodType = charge?.Object("payment_method_details")?.Text("type") ?? json.Object("payment_method")?.Text("type")
                ?? json.Object("processing")?.Text("type") ?? failure?.Object("payment_method")?.Text("type"),
            FailureCode = failure?.Text("decline_code") ?? failure?.Text("code"),
            FailureMessage = failure?.Text("message"),
            CanceledAt = json.Instant("canceled_at"),
            InvoiceId = json.Reference("invoice"),
        };
    }

    public static StripeCharge Charge(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        CustomerId = json.Reference("customer"),
        Livemode = json.OptionalFlag("livemode"),
        Metadata = json.Map("metadata"),
        CreatedAt = Created(json),
        Amount = json.Number("amount") ?? 0,
        AmountRefunded = json.Number("amount_refunded") ?? 0,
        Currency = json.Needed("currency"),
        Status = json.Needed("status"),
        Refunded = json.Flag("refunded"),
        Disputed = json.Flag("disputed"),
        PaymentIntentId = json.Reference("payment_intent"),
        PaymentMethodType = json.Object("payment_method_details")?.Text("type"),
        FailureCode = json.Text("failure_code"),
        FailureMessage = json.Text("failure_message"),
        BalanceTransactionId = json.Reference("balance_transaction"),
    };

    public static StripeRefund Refund(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        CustomerId = json.Reference("customer"),
        Livemode = json.OptionalFlag("livemode"),
        Metadata = json.Map("metadata"),
        CreatedAt = Created(json),
        Amount = json.Number("amount") ?? 0,
        Currency = json.Needed("currency"),
        Status = json.Text("status") ?? "pending",
        ChargeId = json.Reference("charge"),
        PaymentIntentId = json.Reference("payment_intent"),
        FailureReason = json.Text("failure_reason"),
    };

    public static StripeDispute Dispute(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        Livemode = json.OptionalFlag("livemode"),
        Metadata = json.Map("metadata"),
        CreatedAt = Created(json),
        Amount = json.Number("amount") ?? 0,
        Currency = json.Needed("currency"),
        Status = json.Needed("status"),
        Reason = json.Text("reason"),
        ChargeId = json.Reference("charge"),
        PaymentIntentId = json.Reference("payment_intent"),
    };

    public static StripeCheckoutSession CheckoutSession(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        CustomerId = json.Reference("customer"),
        Livemode = json.OptionalFlag("livemode"),
        Metadata = json.Map("metadata"),
        CreatedAt = Created(json),
        Mode = json.Needed("mode"),
        Status = json.Text("status") ?? "open",
        PaymentStatus = json.Text("payment_status") ?? "unpaid",
        PaymentIntentId = json.Reference("payment_intent"),
        SubscriptionId = json.Reference("subscription"),
        InvoiceId = json.Reference("invoice"),
        ClientReferenceId = json.Text("client_reference_id"),
        Url = json.Text("url"),
        AmountTotal = json.Number("amount_total"),
        Currency = json.Text("currency"),
        ExpiresAt = json.Instant("expires_at"),
    };

    public static StripePortalSession PortalSession(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        CustomerId = json.Reference("customer"),
        Livemode = json.OptionalFlag("livemode"),
        CreatedAt = Created(json),
        Url = json.Needed("url"),
    };

    public static StripeBalanceTransaction BalanceTransaction(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        CreatedAt = Created(json),
        Amount = json.Number("amount") ?? 0,
        Fee = json.Number("fee") ?? 0,
        Net = json.Number("net") ?? 0,
        Currency = json.Needed("currency"),
        Type = json.Needed("type"),
        SourceId = json.Reference("source"),
    };

    public static DateTimeOffset Created(JsonElement json) => json.Instant("created") ?? DateTimeOffset.UnixEpoch;
}
