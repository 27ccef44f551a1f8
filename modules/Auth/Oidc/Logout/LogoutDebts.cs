using System.Linq.Expressions;
using Mana.Auth.Data;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Logout;

/// <summary>Writes down which clients must be told that sessions are over. Inside the caller's transaction, so none is lost and none is told twice.</summary>
internal sealed class LogoutDebts(AuthDbContext database, EventWriter events, TimeProvider time)
{
    public Task OweSessionAsync(string sessionId, CancellationToken cancellationToken) => OweAsync(grant => grant.SessionId == sessionId, cancellationToken);

    /// <summary>At once, and not when the ends of the sessions are handled: by then the grants may be gone with the account.</summary>
    public Task OweAccountAsync(string userId, CancellationToken cancellationToken) => OweAsync(grant => grant.UserId == userId, cancellationToken);

    async Task OweAsync(Expression<Func<OAuthGrant, bool>> ended, CancellationToken cancellationToken)
    {
        // One client per session however many grants; what was owed before is not owed again.
        DateTimeOffset? now = time.GetUtcNow();
        var grants = database.Set<OAuthGrant>().Where(ended).Where(grant => grant.LogoutOwedAt == null);
        var owed = await grants
            .Join(database.Set<OAuthClient>().Where(client => client.BackchannelLogoutUri != null), grant => grant.ClientId, client => client.ClientId, (grant, client) => new { client.ClientId, grant.UserId, grant.SessionId })
            .Distinct().ToListAsync(cancellationToken);
        await grants.ExecuteUpdateAsync(grant => grant.SetProperty(row => row.LogoutOwedAt, now), cancellationToken);
        foreach (var one in owed)
            events.Add(database, new BackChannelLogoutOwed(one.ClientId, one.UserId, one.SessionId));
        await database.SaveChangesAsync(cancellationToken);
    }
}
