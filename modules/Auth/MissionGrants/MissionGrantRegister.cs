using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.MissionGrants;

/// <summary>What was granted and what of it is still in force. The runner asks here before it uses a key.</summary>
internal sealed class MissionGrantRegister(AuthDbContext database, TimeProvider time)
{
    const int MostListed = 1000;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<MissionGrant>> ListAsync(string userId, string? missionId, CancellationToken cancellationToken) =>
        await Of(userId, missionId).AsNoTracking().OrderByDescending(grant => grant.IssuedAt).ThenBy(grant => grant.Id).Take(MostListed).ToListAsync(cancellationToken);

    public Task<MissionGrant?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.Set<MissionGrant>().AsNoTracking().SingleOrDefaultAsync(grant => grant.Id == id, cancellationToken);

    public bool IsActive(MissionGrant grant) => grant.RevokedAt is null && grant.ExpiresAt > time.GetUtcNow();

    /// <summary>False when the person has no such grant. Safe to repeat.</summary>
    public async Task<bool> RevokeAsync(string userId, string id, CancellationToken cancellationToken)
    {
        if (!await Of(userId, null).AnyAsync(grant => grant.Id == id, cancellationToken))
            return false;
        await RevokeAsync(Of(userId, null).Where(grant => grant.Id == id), cancellationToken);
        return true;
    }

    /// <summary>All of a mission, or all there are. Returns how many were in force.</summary>
    public Task<int> RevokeAllAsync(string userId, string? missionId, CancellationToken cancellationToken) => RevokeAsync(Of(userId, missionId), cancellationToken);

    Task<int> RevokeAsync(IQueryable<MissionGrant> grants, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return grants.Where(grant => grant.RevokedAt == null && grant.ExpiresAt > now)
            .ExecuteUpdateAsync(grant => grant.SetProperty(row => row.RevokedAt, now), cancellationToken);
    }

    IQueryable<MissionGrant> Of(string userId, string? missionId) =>
        database.Set<MissionGrant>().Where(grant => grant.UserId == userId && (missionId == null || grant.MissionId == missionId));
}
