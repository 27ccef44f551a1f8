using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.Recovery;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.SecurityEvents;

/// <summary>What "that wasn't me" has closed.</summary>
internal sealed record Disowned(int Sessions, int ApiKeys);

/// <summary>
/// "That wasn't me" (auth.md 22): whoever did it is out, and only who reads the account's mail gets in again. Sessions and refresh tokens end,
/// the password is void, links that could move the account are void, and a reset is mailed. API keys, passkeys and a second
/// factor made since the event go as well; older ones stay, because their owner depends on them and the intruder does not have them.
/// </summary>
internal sealed class Disowning(
    AuthDbContext database, Credentials credentials, Verification.VerificationTokens tokens, PasswordReset reset, TrustedPages pages, SessionStanding standing, SecurityLog security, IIdSource ids,
    TimeProvider time)
{
    const string Reason = "not_me";
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    /// <summary>Null: the person has no such event.</summary>
    public async Task<Disowned?> DisownAsync(CurrentUser caller, Guid eventId, Visitor visitor, CancellationToken cancellationToken)
    {
        var entry = await database.SecurityEvents.AsNoTracking().SingleOrDefaultAsync(row => row.Id == eventId && row.UserId == caller.UserId, cancellationToken);
        if (entry is null)
            return null;
        var now = time.GetUtcNow();
        // An event is written a moment after what it tells of.
        var since = entry.CreatedAt - Moment;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(caller.UserId, cancellationToken) is not { } user)
            return null;
        var open = await database.Sessions.Where(session => session.UserId == user.Id && session.RevokedAt == null).Select(session => session.Id).ToListAsync(cancellationToken);
        await credentials.EndSessionsAsync(user.Id, null, Reason, cancellationToken);
        await credentials.VoidPasswordAsync(user.Id, cancellationToken);
        await tokens.VoidAsync(user.Id, cancellationToken, VerificationPurpose.Change, VerificationPurpose.Verification);
        var keys = await database.Set<ApiKey>().Where(key => key.UserId == user.Id && key.RevokedAt == null && key.CreatedAt >= since)
            .ExecuteUpdateAsync(key => key.SetProperty(row => row.RevokedAt, now), cancellationToken);
        await database.Set<MissionGrant>().Where(grant => grant.UserId == user.Id && grant.RevokedAt == null)
            .ExecuteUpdateAsync(grant => grant.SetProperty(row => row.RevokedAt, now), cancellationToken);
        var passkeys = await database.Passkeys.Where(passkey => passkey.UserId == user.Id && passkey.CreatedAt >= since).ExecuteDeleteAsync(cancellationToken);
        // A second factor of the intruder's would keep the owner out.
        if (await database.TotpSecrets.AnyAsync(secret => secret.UserId == user.Id && (secret.ConfirmedAt == null || secret.ConfirmedAt >= since), cancellationToken))
            await TwoFactorSettings.EraseAsync(database, user.Id, now, cancellationToken);
        await reset.OweAsync(user, pages.ResetOf(null), visitor.Locale, ids.NewId(), cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        open.ForEach(standing.End);
        security.Record(
            SecurityEventTypes.EventDisowned, user.Id, visitor.Client, ("event", eventId), ("eventType", entry.EventType), ("sessionsEnded", open.Count), ("apiKeysRevoked", keys),
            ("passkeysRemoved", passkeys));
        return new Disowned(open.Count, keys);
    }
}
