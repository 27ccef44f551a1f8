using Mana.Auth.Data;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.SecurityEvents;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Consent;

/// <summary>An app as its user sees it.</summary>
internal sealed record ConnectedApp(string ClientId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset Since);

/// <summary>What people agreed to (auth.md 13.5, step 5).</summary>
internal sealed class Consents(AuthDbContext database, GrantRevocation revocation, SecurityLog events, TimeProvider time)
{
    /// <summary>
    /// Remembered consent does not count for native apps: any program on a device can claim to be one (RFC 8252 8.6), so a person
    /// must see it every time. Nor for <c>offline_access</c>: what goes on while nobody is there is agreed to each time that it is asked for.
    /// </summary>
    public async Task<bool> CoversAsync(string userId, OAuthClient client, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        if (client.SkipConsent)
            return true;
        var given = client.Native || scopes.Contains(Scopes.OfflineAccess) ? null : await database.Set<OAuthConsent>().AsNoTracking().SingleOrDefaultAsync(consent => consent.UserId == userId && consent.ClientId == client.ClientId, cancellationToken);
        return given is not null && scopes.All(given.Scopes.Contains);
    }

    public async Task GiveAsync(string userId, string clientId, IReadOnlyList<string> scopes, ClientInfo from, CancellationToken cancellationToken)
    {
        var (now, wanted) = (time.GetUtcNow(), scopes.ToArray());
        await database.Database.ExecuteSqlAsync($"""
            INSERT INTO auth.oauth_consents AS c (user_id, client_id, scopes, granted_at, updated_at) VALUES ({userId}, {clientId}, {wanted}, {now}, {now})
            ON CONFLICT (user_id, client_id) DO UPDATE SET updated_at = {now}, scopes = ARRAY(SELECT DISTINCT unnest(c.scopes || excluded.scopes))
            """, cancellationToken);
        events.Record(SecurityEventTypes.OAuthConsentGranted, userId, from, ("clientId", clientId), ("scopes", wanted));
    }

    /// <summary>With every token that came of it (auth.md 31, expectation 42). Safe to repeat.</summary>
    public async Task WithdrawAsync(string userId, string clientId, ClientInfo client, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var removed = await database.Set<OAuthConsent>().Where(consent => consent.UserId == userId && consent.ClientId == clientId).ExecuteDeleteAsync(cancellationToken);
        var revoked = await revocation.RevokeAllAsync(userId, clientId, GrantRevocation.ConsentWithdrawn, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (removed + revoked > 0)
            events.Record(SecurityEventTypes.OAuthConsentWithdrawn, userId, client, ("clientId", clientId));
    }

    /// <summary>Apps that a person agreed to, and those of the platform that they are signed in to; by name.</summary>
    public async Task<IReadOnlyList<ConnectedApp>> OfAsync(string userId, CancellationToken cancellationToken)
    {
        var given = await database.Set<OAuthConsent>().AsNoTracking().Where(consent => consent.UserId == userId).ToListAsync(cancellationToken);
        var grants = await database.Set<OAuthGrant>().AsNoTracking().Where(grant => grant.UserId == userId && grant.RevokedAt == null).ToListAsync(cancellationToken);
        var ids = given.Select(consent => consent.ClientId).Union(grants.Select(grant => grant.ClientId), StringComparer.Ordinal).ToList();
        var clients = await database.Set<OAuthClient>().AsNoTracking().Where(client => ids.Contains(client.ClientId)).OrderBy(client => client.Name).ToListAsync(cancellationToken);
        return [.. clients.Select(client => new ConnectedApp(
            client.ClientId, client.Name,
            [.. given.Where(consent => consent.ClientId == client.ClientId).SelectMany(consent => consent.Scopes).Union(grants.Where(grant => grant.ClientId == client.ClientId).SelectMany(grant => grant.Scopes), StringComparer.Ordinal)],
            given.Where(consent => consent.ClientId == client.ClientId).Select(consent => consent.GrantedAt).Concat(grants.Where(grant => grant.ClientId == client.ClientId).Select(grant => grant.CreatedAt)).Min()))];
    }
}
