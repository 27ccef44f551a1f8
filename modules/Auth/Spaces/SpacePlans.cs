using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Spaces;

/// <summary>
/// What plans allow (auth.md 14.3). Ask before the transaction: the answer comes from another module, which takes a connection of its own.
/// </summary>
internal sealed class SpacePlans(
    IEnumerable<IPlanLimits> plans, AuthDbContext database, SpaceOptions options, IHostEnvironment environment, TimeProvider time, ILogger<SpacePlans> log)
{
    const int MostOwnersAsked = 10;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<PlanLimits> OfAsync(string userId, CancellationToken cancellationToken)
    {
        var free = options.Free(environment.IsDevelopment());
        if (plans.LastOrDefault() is not { } sold)
            return free;
        try
        {
            return await sold.OfAsync(userId, cancellationToken).AsTask().WaitAsync(Patience, time, cancellationToken) ?? free;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(exception, "The limits of a plan are not known ({Kind}); those of the free plan hold", exception.GetType().Name);
            return free;
        }
    }

    /// <summary>How many people a space may have: the best plan among its owners counts.</summary>
    public async Task<int> MostMembersAsync(string spaceId, CancellationToken cancellationToken)
    {
        var people = await database.Members.Where(member => member.OrganizationId == spaceId).OrderBy(member => member.CreatedAt)
            .Select(member => new { member.UserId, member.Role }).ToListAsync(cancellationToken);
        var most = 0;
        foreach (var owner in people.Where(member => SpaceRoles.IsOwner(member.Role)).Take(MostOwnersAsked))
            most = Math.Max(most, (await OfAsync(owner.UserId, cancellationToken)).MaxTeamMembers);
        return most;
    }
}
