namespace Mana.Credits.Contracts;

/// <summary>What a person has. <c>Available + Reserved = TotalEarned - TotalSpent</c> at every moment (commerce.md 2.4).</summary>
/// <param name="Available">What can be spent; below zero only after a clawback.</param>
/// <param name="Reserved">What open reservations hold.</param>
/// <param name="Version">Rises with every change of <paramref name="Available"/>.</param>
public sealed record BalanceView(CreditAmount Available, CreditAmount Reserved, CreditAmount TotalEarned, CreditAmount TotalSpent, long Version)
{
    public static readonly BalanceView Empty = new(default, default, default, default, 0);

    /// <summary>Nothing can be bought with a negative balance: it counts as zero.</summary>
    public CreditAmount Spendable => Available.Milli < 0 ? default : Available;
}

/// <summary>What became of a command that moves credits.</summary>
public abstract record PostingResult
{
    private PostingResult()
    {
    }

    /// <summary>Done, now or before.</summary>
    /// <param name="TransactionId">Of the one ledger entry, also when this was a repetition.</param>
    /// <param name="Balance">As it is now.</param>
    /// <param name="Replayed">The same command came earlier; nothing was moved this time.</param>
    public sealed record Posted(Guid TransactionId, BalanceView Balance, bool Replayed) : PostingResult;

    /// <summary>There is not enough.</summary>
    /// <param name="Available">Never below zero.</param>
    public sealed record Insufficient(CreditAmount Required, CreditAmount Available) : PostingResult;

    /// <summary>The key belongs to another request of this person.</summary>
    public sealed record KeyMismatch : PostingResult;

    /// <summary>The original is not a debit of this person.</summary>
    public sealed record UnknownOriginal : PostingResult;

    /// <summary>More would be given back than the original took.</summary>
    public sealed record ExceedsOriginal : PostingResult;

    /// <summary>This person was erased; nothing is booked for them any more.</summary>
    public sealed record UnknownUser : PostingResult;

    /// <summary>The month's budget for rewards is used up.</summary>
    public sealed record BudgetExhausted : PostingResult;

    /// <summary>An audit found this account wrong; nothing leaves it until somebody has looked.</summary>
    public sealed record Frozen : PostingResult;

    /// <summary>Others kept the account busy for too long; nothing was moved.</summary>
    public sealed record Contention : PostingResult;
}

/// <summary>What became of a reservation that was asked for.</summary>
public abstract record ReservationResult
{
    private ReservationResult()
    {
    }

    /// <summary>It holds.</summary>
    /// <param name="Replayed">Made earlier with the same key.</param>
    public sealed record Reserved(Guid ReservationId, BalanceView Balance, bool Replayed) : ReservationResult;

    /// <summary>It was not; why, is told by the other result. Never <see cref="PostingResult.Posted"/>.</summary>
    public sealed record Refused(PostingResult Why) : ReservationResult;
}

/// <summary>What became of a reservation that was to end.</summary>
public abstract record SettlementResult
{
    private SettlementResult()
    {
    }

    /// <summary>It has ended as was asked.</summary>
    /// <param name="TransactionId">The entry that ended it.</param>
    /// <param name="Replayed">It had ended this way before.</param>
    public sealed record Settled(Guid TransactionId, BalanceView Balance, bool Replayed) : SettlementResult;

    public sealed record NotFound : SettlementResult;

    /// <summary>It has ended another way.</summary>
    /// <param name="Status"><c>committed</c>, <c>refunded</c> or <c>expired</c>.</param>
    public sealed record WrongState(string Status) : SettlementResult;

    /// <summary>More than was held.</summary>
    public sealed record ExceedsReserved(CreditAmount Reserved) : SettlementResult;

    public sealed record Contention : SettlementResult;
}
