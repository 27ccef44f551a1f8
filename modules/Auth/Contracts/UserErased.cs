using Mana.Kernel.Outbox;

namespace Mana.Auth.Contracts;

/// <summary>
/// An account is gone for good, and every module has erased what it held (auth.md 19.3). For what a module keeps outside of its tables:
/// caches, files, accounts elsewhere. Handlers store nothing under this id any more.
/// </summary>
/// <param name="UserId">Never given out again.</param>
/// <param name="ErasedAt">UTC.</param>
public sealed record UserErased(string UserId, DateTimeOffset ErasedAt) : IManaEvent
{
    public static string Name => "auth.user_erased";
}
