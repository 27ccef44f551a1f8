using Mana.Auth.Contracts;
using Mana.Kernel.Configuration;

namespace Mana.Auth.Spaces;

/// <summary>Section <c>Auth:Spaces</c>: the limits where no plan is known (auth.md 14.3).</summary>
internal sealed class SpaceOptions : IManaOptions
{
    /// <summary><c>FREE_MAX_ORGANIZATIONS</c>. Null: 1; 100 in Development, where trials need room.</summary>
    public int? FreeMaxOrganizations { get; set; }

    /// <summary><c>FREE_MAX_TEAM_MEMBERS</c>. Null: 1, the owner; 200 in Development, more than any space takes.</summary>
    public int? FreeMaxTeamMembers { get; set; }

    public PlanLimits Free(bool development) => new(FreeMaxOrganizations ?? (development ? 100 : 1), FreeMaxTeamMembers ?? (development ? 200 : 1));

    public IEnumerable<string> Problems(bool production)
    {
        if (FreeMaxOrganizations < 0 || FreeMaxTeamMembers < 1)
            yield return "FREE_MAX_ORGANIZATIONS must not be negative, and FREE_MAX_TEAM_MEMBERS at least 1: the owner counts.";
    }
}
