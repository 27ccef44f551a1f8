namespace Mana.Kernel.RateLimits;

/// <summary>Whether limits hold on this host; for those that a policy cannot express, because they count outcomes and not requests.</summary>
public sealed record RateLimitSwitch(bool Enabled)
{
    public RateLimitRefusals? Refusals { get; init; }

    /// <summary>Such a limit refused somebody.</summary>
    /// <param name="limit">Its name, as declared by <see cref="OutcomeLimit"/>.</param>
    public void Refused(string limit) => Refusals?.Count(limit);
}
