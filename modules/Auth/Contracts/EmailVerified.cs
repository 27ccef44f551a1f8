using Mana.Kernel.Outbox;

namespace Mana.Auth.Contracts;

/// <summary>
/// The address of an account is proved to be its owner's: by the link in a mail, by a reset, or by a change of address. What is promised to
/// an address (gifts) follows from this and never from <see cref="UserRegistered"/>: anybody can register with an address of others (W10).
/// </summary>
/// <param name="UserId">Opaque text.</param>
/// <param name="VerifiedAt">UTC.</param>
public sealed record EmailVerified(string UserId, DateTimeOffset VerifiedAt) : IManaEvent
{
    public static string Name => "auth.email_verified";
}
