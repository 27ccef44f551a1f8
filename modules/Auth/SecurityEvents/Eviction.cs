using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.TwoFactor;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.SecurityEvents;

/// <summary>What an eviction has closed.</summary>
/// <param name="Sessions">Whose end the hosts should hear of at once, after the commit.</param>
internal sealed record Evicted(IReadOnlyList<string> Sessions, int ApiKeys, int Passkeys);

/// <summary>
/// Ends every way in but the password, which its caller replaces or voids. Sessions and grants of missions end in any case; API keys, passkeys
/// and a second factor when they are not older than the intruder, because the owner depends on older ones and the intruder does not have them.
/// </summary>
internal sealed class Eviction(AuthDbContext database, Credentials credentials, TimeProvider time)
{
    /// <summary>Inside the caller's transaction, and behind <see cref="Credentials.LockAsync"/>.</summary>
    /// <param name="since">Null: nothing of what is there is the owner's.</param>
    public async Task<Evicted> EvictAsync(string userId, DateTimeOffset? since, string reason, CancellationToken cancellationToken)
    {
        var (now, from) = (time.GetUtcNow(), since ?? DateTimeOffset.UnixEpoch);
        var open = await database.Sessions.Where(session => session.UserId == userId && session.RevokedAt == null).Select(session => session.Id).ToListAsync(cancellationToken);
        await credentials.EndSessionsAsync(userId, null, reason, cancellationToken);
        var keys = await database.Set<ApiKey>().Where(key => key.UserId == userId && key.RevokedAt == null && key.CreatedAt >= from)
            .ExecuteUpdateAsync(key => key.SetProperty(row => row.RevokedAt, now), cancellationToken);
        await database.Set<MissionGrant>().Where(grant => grant.UserId == userId && grant.RevokedAt == null)
            .ExecuteUpdateAsync(grant => grant.SetProperty(row => row.RevokedAt, now), cancellationToken);
        var passkeys = await database.Passkeys.Where(passkey => passkey.UserId == userId && passkey.CreatedAt >= from).ExecuteDeleteAsync(cancellationToken);
        // A second factor of the intruder's would keep the owner out.
        if (since is null || await database.TotpSecrets.AnyAsync(secret => secret.UserId == userId && (secret.ConfirmedAt == null || secret.ConfirmedAt >= from), cancellationToken))
            await TwoFactorSettings.EraseAsync(database, userId, now, cancellationToken);
        return new Evicted(open, keys, passkeys);
    }
}
