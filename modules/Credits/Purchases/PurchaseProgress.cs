using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Privacy;
using Mana.Payments.Contracts;

namespace Mana.Credits.Purchases;

/// <summary>A payment as Stripe has it now, with everything that has come back of it.</summary>
internal sealed record PaymentNow(StripePaymentIntent Intent, IReadOnlyList<StripeRefund> Refunds, IReadOnlyList<StripeDispute> Disputes);

/// <summary>The states of commerce.md 5.2, as a function of the purchase and of the payment as it is now: no event is looked at, so their order does not matter.</summary>
internal static class PurchaseProgress
{
    /// <summary>Why this money must not be credited (commerce.md 5.4); null when it may.</summary>
    public static string? MismatchOf(Purchase purchase, StripePaymentIntent intent, bool livemode, string? mappedCustomer) => intent switch
    {
        { Livemode: { } mode } when mode != livemode => "livemode_mismatch",
        { Currency: not "eur" } => "currency_mismatch",
        _ when ErasedOwner.Is(purchase.UserId) => "paid_after_erasure",
        _ when intent.AmountReceived < purchase.PriceEuroCents => "amount_mismatch",
        { CustomerId: { } customer } when (purchase.StripeCustomerId ?? mappedCustomer) is { } expected && customer != expected => "customer_mismatch",
        _ => null,
    };

    /// <summary>Before any money has come. What is paid stays paid, whatever is told late.</summary>
    public static string Unpaid(string status, StripePaymentIntent intent) => (status, intent.Status) switch
    {
        (Purchase.Completed or Purchase.PartiallyRefunded or Purchase.Refunded or Purchase.Disputed, _) => status,
        (_, "processing") => Purchase.Processing,
        // Money that does not match: it stays as it is until somebody has looked.
        (_, "succeeded") => status,
        (_, "canceled") => Purchase.Cancelled,
        // A payment that failed waits for another card; one that nobody tried yet waits for the first.
        (_, "requires_payment_method") when intent.FailureCode is not null => Purchase.Failed,
        (Purchase.Processing, _) => Purchase.Pending,
        _ => status,
    };

    public static string Paid(Purchase purchase, PaymentNow payment)
    {
        var disputes = payment.Disputes.Where(ReversalPlan.MovesMoney).ToList();
        var refunded = payment.Refunds.Where(refund => refund.Status is not ("failed" or "canceled")).Sum(refund => refund.Amount);
        if (disputes.Exists(dispute => dispute.Status == "lost") || refunded >= purchase.PriceEuroCents)
            return Purchase.Refunded;
        if (disputes.Exists(dispute => dispute.Status != "won"))
            return Purchase.Disputed;
        return refunded > 0 ? Purchase.PartiallyRefunded : Purchase.Completed;
    }
}
