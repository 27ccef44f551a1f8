using Mana.Kernel.Outbox;

namespace Mana.Auth.Contracts;

/// <summary>
/// An account was created. Committed together with it, so it names an account that exists (auth.md 5.2, W10).
/// Carries no address: what a module needs beyond the id it asks for when it handles the event.
/// </summary>
/// <param name="UserId">Opaque text.</param>
/// <param name="RegisteredAt">UTC.</param>
public sealed record UserRegistered(string UserId, DateTimeOffset RegisteredAt) : IManaEvent
{
    public static string Name => "auth.user_registered";
}
