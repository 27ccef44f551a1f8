namespace Mana.Credits.Contracts;

/// <summary>Take credits for something that was used.</summary>
/// <param name="IdempotencyKey">1–255 characters, of this person and operation; repeating it moves nothing more for 30 days. Null: every call counts.</param>
/// <param name="Metadata">A JSON object, or null.</param>
public sealed record DebitCommand(string UserId, CreditAmount Amount, string AppId, string Description, string? IdempotencyKey = null, string? Metadata = null);

/// <summary>Give credits back.</summary>
/// <param name="IdempotencyKey">As in <see cref="DebitCommand"/>. Callers inside the process always give one (commerce.md 4.2).</param>
/// <param name="OriginalTransactionId">The debit that is taken back; the refunds of one debit never exceed it.</param>
public sealed record RefundCommand(
    string UserId, CreditAmount Amount, string AppId, string Description, string? IdempotencyKey, Guid? OriginalTransactionId = null, string? Metadata = null);

/// <summary>Give a reward.</summary>
/// <param name="ReferenceId">At most 128 characters; what is rewarded. One grant per person and reference, for ever.</param>
/// <param name="Description">Null: <c>Reward: &lt;reason&gt;</c>.</param>
public sealed record GrantCommand(string UserId, CreditAmount Amount, string Reason, string ReferenceId, string? Description = null);

/// <summary>Hold credits.</summary>
/// <param name="Reason">1–200 characters; what stands before the first colon becomes the app of the transaction.</param>
/// <param name="TimeToLive">One minute to two days; null: 24 hours. Then the hold ends by itself.</param>
public sealed record ReserveCommand(string UserId, CreditAmount Amount, string Reason, string? IdempotencyKey = null, TimeSpan? TimeToLive = null);

/// <summary>Where issued credits come from; decides the account on the other side and the type that a client sees.</summary>
public enum CreditSource
{
    /// <summary>Sold for money, once: type <c>purchase</c>.</summary>
    Purchase,

    /// <summary>Part of a plan: type <c>subscription</c>.</summary>
    Plan,

    /// <summary>Money came back that had been clawed back (a dispute that was won): type <c>clawback</c>, positive.</summary>
    ClawbackReversal,
}

/// <summary>Book credits that were paid for.</summary>
/// <param name="BusinessKey">For example <c>purchase:&lt;payment intent&gt;</c>. Must not hold a user id or an address: it outlives the account.</param>
public sealed record IssueCommand(string UserId, CreditAmount Amount, CreditSource Source, string BusinessKey, string AppId, string Description, string? Metadata = null);

/// <summary>Take credits back whose money is gone.</summary>
/// <param name="BusinessKey">For example <c>stripe-refund:&lt;refund&gt;</c>; as in <see cref="IssueCommand"/>.</param>
public sealed record ClawbackCommand(string UserId, CreditAmount Amount, string BusinessKey, string Description, string? Metadata = null);
