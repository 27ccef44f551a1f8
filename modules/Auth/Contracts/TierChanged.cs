using Mana.Kernel.Outbox;

namespace Mana.Auth.Contracts;

/// <summary>An administrator gave an account another access tier (auth.md 17.2); its personal space has it too. Tokens follow at their next refresh.</summary>
/// <param name="Tier"><c>guest</c>, <c>public</c>, <c>beta</c>, <c>alpha</c> or <c>founder</c>.</param>
public sealed record TierChanged(string UserId, string Tier) : IManaEvent
{
    public static string Name => "auth.tier_changed";
}

/// <summary>A space has another access tier, by itself or with its owner's account.</summary>
public sealed record SpaceTierChanged(string SpaceId, string Tier) : IManaEvent
{
    public static string Name => "auth.space_tier_changed";
}
