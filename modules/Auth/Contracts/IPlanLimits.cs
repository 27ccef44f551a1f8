namespace Mana.Auth.Contracts;

/// <summary>
/// How many spaces and people somebody's plan allows (auth.md 14.3). The module that sells plans implements it. Without an implementation,
/// and while it fails or knows nothing, the configured limits of the free plan hold: a shop that is closed gives nothing away.
/// </summary>
public interface IPlanLimits
{
    /// <summary>Null: nothing is known about this person. Asked outside of any transaction, within two seconds.</summary>
    ValueTask<PlanLimits?> OfAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>What a plan allows its holder. What is over it stays; only more is refused.</summary>
/// <param name="MaxOrganizations">Shared spaces owned at the same time; the personal one does not count.</param>
/// <param name="MaxTeamMembers">People in one space that the holder owns: members, the owner included, and open invitations.</param>
public sealed record PlanLimits(int MaxOrganizations, int MaxTeamMembers);
