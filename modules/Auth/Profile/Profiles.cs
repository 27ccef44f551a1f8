using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Identity;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Profile;

/// <summary>What people may change about themselves without proving anything further.</summary>
internal sealed class Profiles(AuthDbContext database, SecurityLog security, TimeProvider time)
{
    public async Task<User> ReadAsync(CurrentUser caller, CancellationToken cancellationToken) =>
        await database.Users.AsNoTracking().SingleAsync(user => user.Id == caller.UserId, cancellationToken);

    public async Task<AccountView> ChangeAsync(CurrentUser caller, ProfileChange change, ClientInfo client, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.Users.Where(user => user.Id == caller.UserId).ExecuteUpdateAsync(
            user => user.SetProperty(row => row.Name, row => change.Name ?? row.Name)
                .SetProperty(row => row.Image, row => change.ChangesImage ? change.Image : row.Image).SetProperty(row => row.UpdatedAt, now),
            cancellationToken);
        security.Record(SecurityEventTypes.ProfileUpdated, caller.UserId, client, ("name", change.Name is not null), ("image", change.ChangesImage));
        return AccountView.Of(await ReadAsync(caller, cancellationToken));
    }

    public async Task<DateTimeOffset?> OnboardedAtAsync(CurrentUser caller, CancellationToken cancellationToken) =>
        await database.Users.Where(user => user.Id == caller.UserId).Select(user => user.OnboardingCompletedAt).SingleAsync(cancellationToken);

    /// <summary>The first time counts (W33).</summary>
    public async Task<DateTimeOffset?> CompleteOnboardingAsync(CurrentUser caller, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = time.GetUtcNow();
        await database.Users.Where(user => user.Id == caller.UserId && user.OnboardingCompletedAt == null)
            .ExecuteUpdateAsync(user => user.SetProperty(row => row.OnboardingCompletedAt, now), cancellationToken);
        return await OnboardedAtAsync(caller, cancellationToken);
    }

    public Task ResetOnboardingAsync(CurrentUser caller, CancellationToken cancellationToken) =>
        database.Users.Where(user => user.Id == caller.UserId)
            .ExecuteUpdateAsync(user => user.SetProperty(row => row.OnboardingCompletedAt, (DateTimeOffset?)null), cancellationToken);
}
