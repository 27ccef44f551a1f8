namespace Mana.Kernel.RateLimits;

/// <summary>Whether limits hold on this host; for those that a policy cannot express, because they count outcomes and not requests.</summary>
public sealed record RateLimitSwitch(bool Enabled);
