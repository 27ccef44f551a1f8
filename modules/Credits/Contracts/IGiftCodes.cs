namespace Mana.Credits.Contracts;

/// <summary>Gifts that were promised to an address (commerce.md 4.4).</summary>
public interface IGiftCodes
{
    /// <summary>
    /// Redeems what waits for the address of this account. Does nothing while the address is not proved to be theirs; repeating finds nothing more.
    /// </summary>
    Task<PendingGifts> RedeemPendingAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>What had waited for an address.</summary>
/// <param name="Redeemed">How many were credited.</param>
/// <param name="Found">How many were promised, those included that had expired.</param>
public sealed record PendingGifts(int Redeemed, int Found, CreditAmount TotalCredits);
