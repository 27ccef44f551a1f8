namespace Mana.Payments.Contracts;

/// <summary>Somebody who will pay.</summary>
/// <param name="Email">Left out when null or empty.</param>
public sealed record NewCustomer(string? Email, IReadOnlyDictionary<string, string> Metadata);

/// <summary>Null leaves a field as it is, the empty text clears it.</summary>
public sealed record CustomerChange(string? Email = null, string? Name = null, IReadOnlyDictionary<string, string>? Metadata = null);

public sealed record NewProduct(string Name, IReadOnlyDictionary<string, string> Metadata);

/// <summary>What a product costs.</summary>
/// <param name="UnitAmount">Minor units.</param>
/// <param name="Interval"><c>month</c> or <c>year</c>; null: paid once.</param>
public sealed record NewPrice(string ProductId, long UnitAmount, string Currency, string? Interval, string? LookupKey);

public enum CheckoutMode
{
    Payment,
    Subscription,
}

/// <summary>Either a price of Stripe, or a name and an amount of our own.</summary>
/// <param name="UnitAmount">Minor units.</param>
public sealed record CheckoutLine(string? PriceId, string? Name = null, string? Description = null, long UnitAmount = 0, string Currency = "eur", int Quantity = 1);

/// <summary>A page of Stripe's on which a person pays (commerce.md 7.2).</summary>
public sealed record NewCheckoutSession(CheckoutMode Mode, string CustomerId, IReadOnlyList<CheckoutLine> Lines, string SuccessUrl, string CancelUrl)
{
    public IReadOnlyList<string> PaymentMethodTypes { get; init; } = ["card", "sepa_debit"];

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? ClientReferenceId { get; init; }

    /// <summary>On the session itself.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>On what the session makes: the payment intent, or the subscription. W-38: without it their events cannot be resolved.</summary>
    public IReadOnlyDictionary<string, string>? InnerMetadata { get; init; }

    /// <summary>Only for subscriptions.</summary>
    public int? TrialDays { get; init; }
}

/// <summary>A payment that the person's browser completes itself.</summary>
/// <param name="Amount">Minor units.</param>
public sealed record NewPaymentIntent(long Amount, string Currency, string CustomerId, IReadOnlyDictionary<string, string> Metadata)
{
    public IReadOnlyList<string> PaymentMethodTypes { get; init; } = ["card", "sepa_debit"];

    public string? Description { get; init; }
}

/// <summary>Null leaves a field as it is.</summary>
public sealed record SubscriptionChange
{
    public bool? CancelAtPeriodEnd { get; init; }

    /// <summary>With <see cref="PriceId"/>: the item that changes its price.</summary>
    public string? ItemId { get; init; }

    public string? PriceId { get; init; }

    /// <summary><c>create_prorations</c>, <c>always_invoice</c> or <c>none</c>.</summary>
    public string? ProrationBehavior { get; init; }

    /// <summary><c>error_if_incomplete</c>: nothing changes unless what it costs can be paid.</summary>
    public string? PaymentBehavior { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>What the next invoice would be if the subscription changed its price now.</summary>
public sealed record InvoicePreview(string CustomerId, string SubscriptionId, string? ItemId = null, string? PriceId = null, string? ProrationBehavior = null, DateTimeOffset? ProrationDate = null);

/// <summary>Money back for a payment.</summary>
/// <param name="Amount">Minor units; null: all that is left.</param>
public sealed record NewRefund(string PaymentIntentId, long? Amount, IReadOnlyDictionary<string, string> Metadata);

public sealed record NewPortalSession(string CustomerId, string ReturnUrl)
{
    public string? ConfigurationId { get; init; }
}

/// <summary>Events of the last 30 days, newest first.</summary>
/// <param name="Types">Empty: all.</param>
/// <param name="StartingAfter">Id of the last event of the page before.</param>
public sealed record EventQuery(DateTimeOffset CreatedFrom, IReadOnlyCollection<string> Types, string? StartingAfter = null, int Limit = 100);
