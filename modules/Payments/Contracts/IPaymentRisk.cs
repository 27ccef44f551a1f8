namespace Mana.Payments.Contracts;

/// <summary>
/// People whose bank took money back (commerce.md 7.8, <c>paymentRisk</c>). Who sees a dispute reports it, whatever was paid for; who offers ways of paying asks, so that a debit that can be taken back
/// for weeks is not offered to them again, for a pack as for a plan.
/// </summary>
public interface IPaymentRisk
{
    /// <summary>Whether the person may only pay with what is settled at once.</summary>
    Task<bool> IsFlaggedAsync(string userId, CancellationToken cancellationToken);

    /// <summary>
    /// A dispute of this payment moved money. Saying it twice changes nothing. Neither a dispute that is won nor time ends the flag, only an administrator; what they lifted stays lifted, until another
    /// payment is disputed. Nothing is kept of a person who was erased.
    /// </summary>
    Task ReportAsync(string userId, string paymentIntentId, CancellationToken cancellationToken);
}

/// <summary>Ways of paying by the person's risk.</summary>
public static class PaymentMethods
{
    static readonly string[] Any = ["card", "sepa_debit"];
    static readonly string[] SettledAtOnce = ["card"];

    public static IReadOnlyList<string> Of(bool isFlagged) => isFlagged ? SettledAtOnce : Any;
}
