using Mana.Credits.Contracts;
using Mana.Credits.Data;

namespace Mana.Credits.Gifts;

internal sealed record NewGift(CreditAmount Total, bool IsPersonalized, string? TargetEmail, string? Message, DateTimeOffset ExpiresAt, string? IdempotencyKey);

internal abstract record GiftCreation
{
    public sealed record Created(GiftCode Gift) : GiftCreation;

    /// <summary>Never <see cref="PostingResult.Posted"/>.</summary>
    public sealed record Refused(PostingResult Why) : GiftCreation;
}

internal abstract record GiftRedemptionResult
{
    /// <summary>Theirs, now or before.</summary>
    /// <param name="Replayed">They had redeemed it earlier; nothing was moved this time.</param>
    public sealed record Redeemed(GiftCode Gift, CreditAmount Credits, BalanceView Balance, bool Replayed) : GiftRedemptionResult;

    public sealed record NotFound : GiftRedemptionResult;

    public sealed record WrongStatus(string Status) : GiftRedemptionResult;

    public sealed record Expired : GiftRedemptionResult;

    public sealed record Own : GiftRedemptionResult;

    /// <summary>Promised to an address that is not proved to be this person's.</summary>
    public sealed record WrongPerson : GiftRedemptionResult;

    public sealed record Contention : GiftRedemptionResult;
}

internal abstract record GiftReturn
{
    public sealed record Returned(CreditAmount Credits) : GiftReturn;

    public sealed record NotFound : GiftReturn;

    public sealed record NotActive : GiftReturn;

    public sealed record Contention : GiftReturn;
}
