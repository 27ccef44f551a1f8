namespace Mana.Auth.Contracts;

/// <summary>What other modules may know about an account. They ask when they need it and keep nothing of it.</summary>
public interface IAccountDirectory
{
    /// <summary>Null when there is no such account, or no more.</summary>
    ValueTask<AccountFacts?> FindAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>An account, as it is now.</summary>
/// <param name="Name">What the person wants to be called; shown to others only where they expect it.</param>
/// <param name="Email">The address as it was entered.</param>
/// <param name="EmailVerified">The address is proved to be theirs. Nothing that was promised to an address may be given without it.</param>
/// <param name="IsAdmin">Is an administrator now, whatever an older token says (W1).</param>
public sealed record AccountFacts(string UserId, string Name, string Email, bool EmailVerified, bool IsAdmin);
