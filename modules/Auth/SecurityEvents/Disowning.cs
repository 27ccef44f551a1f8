using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.Recovery;
using Mana.Auth.Sessions;
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
    AuthDbContext database, Credentials credentials, Eviction eviction, Verification.VerificationTokens tokens, PasswordReset reset, TrustedPages pages, SessionStanding standing,
    SecurityLog security, IIdSource ids)
{
    const string Reason = "not_me";
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    /// <summary>Null: the person has no such event.</summary>
    public async Task<Disowned?> DisownAsync(CurrentUser caller, Guid eventId, Visitor visitor, CancellationToken cancellationToken)
    {
        var entry = await database.SecurityEvents.AsNoTracking().SingleOrDefaultAsync(row => row.Id == eventId && row.UserId == caller.UserId, cancellationToken);
        if (entry is null)
            return null;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(caller.UserId, cancellationToken) is not { } user)
            return null;
        // An event is written a moment after what it tells of.
        var evicted = await eviction.EvictAsync(user.Id, entry.CreatedAt - Moment, Reason, cancellationToken);
        await credentials.VoidPasswordAsync(user.Id, cancellationToken);
        await tokens.VoidAsync(user.Id, cancellationToken, VerificationPurpose.Change, VerificationPurpose.Verification);
        await reset.OweAsync(user, pages.ResetOf(null), visitor.Locale, ids.NewId(), cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        foreach (var session in evicted.Sessions)
            standing.End(session);
        security.Record(
            SecurityEventTypes.EventDisowned, user.Id, visitor.Client, ("event", eventId), ("eventType", entry.EventType), ("sessionsEnded", evicted.Sessions.Count),
            ("apiKeysRevoked", evicted.ApiKeys), ("passkeysRemoved", evicted.Passkeys));
        return new Disowned(evicted.Sessions.Count, evicted.ApiKeys);
    }
}
