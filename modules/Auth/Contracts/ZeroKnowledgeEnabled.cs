using Mana.Kernel.Outbox;

namespace Mana.Auth.Contracts;

/// <summary>From now on nobody but the person can open their vault, this server included (auth.md 20): what is lost with the recovery code is lost.</summary>
/// <param name="EnabledAt">UTC.</param>
public sealed record ZeroKnowledgeEnabled(string UserId, DateTimeOffset EnabledAt) : IManaEvent
{
    public static string Name => "auth.zero_knowledge_enabled";
}
