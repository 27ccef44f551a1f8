namespace Mana.Credits.Contracts;

/// <summary>
/// The ledger, for other modules (commerce.md 3.8). Expected outcomes are results, never exceptions; an exception means that nobody knows
/// whether it happened: repeat with the same key. Callers must not fail open.
/// </summary>
public interface ICreditsLedger
{
    /// <summary>A person that nobody has seen before has zero everywhere; asking creates nothing.</summary>
    Task<BalanceView> GetBalanceAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Makes the accounts of a person, at zero; repeating changes nothing, and for an erased person nothing is made.</summary>
    Task EnsureAccountAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Takes credits for something that was used. <see cref="PostingResult.Insufficient"/> also for a person without an account.</summary>
    Task<PostingResult> DebitAsync(DebitCommand command, CancellationToken cancellationToken);

    /// <summary>Gives credits back; with the original transaction, never more than it took (commerce.md 4.2).</summary>
    Task<PostingResult> RefundAsync(RefundCommand command, CancellationToken cancellationToken);

    /// <summary>Gives a reward, once per person and reference (commerce.md 4.6).</summary>
    Task<PostingResult> GrantAsync(GrantCommand command, CancellationToken cancellationToken);

    /// <summary>Holds credits for something that will be used (commerce.md 4.3).</summary>
    Task<ReservationResult> ReserveAsync(ReserveCommand command, CancellationToken cancellationToken);

    /// <summary>Takes what was held, or a part of it; the rest goes back. Repeating gives the first answer again.</summary>
    /// <param name="amount">Null: all of it.</param>
    /// <param name="description">Null: the reason of the reservation.</param>
    Task<SettlementResult> CommitAsync(Guid reservationId, CreditAmount? amount, string? description, CancellationToken cancellationToken);

    /// <summary>Gives everything back that was held. Repeating gives the first answer again.</summary>
    Task<SettlementResult> ReleaseAsync(Guid reservationId, CancellationToken cancellationToken);
}

/// <summary>Credits that come into being or go, for the modules that sell them. Each business key is booked at most once, for ever.</summary>
public interface ICreditsIssuance
{
    /// <summary>Books credits that were paid for. A key that was booked already is <see cref="PostingResult.Posted.Replayed"/> and moves nothing.</summary>
    Task<PostingResult> IssueAsync(IssueCommand command, CancellationToken cancellationToken);

    /// <summary>
    /// All or nothing, but for what belongs to erased people, which is <see cref="PostingResult.UnknownUser"/>; results in the order of the commands.
    /// </summary>
    Task<IReadOnlyList<PostingResult>> IssueManyAsync(IReadOnlyList<IssueCommand> commands, CancellationToken cancellationToken);

    /// <summary>Takes credits back whose money is gone; the only thing that may leave a balance below zero (commerce.md 7.8).</summary>
    Task<PostingResult> ClawBackAsync(ClawbackCommand command, CancellationToken cancellationToken);
}
