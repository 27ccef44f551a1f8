using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Admin;

/// <summary>
/// For a person who has lost phone and backup codes, and has shown the operator who they are. Everybody who is signed in has to begin again, the
/// person is told by mail, and the password is still needed. Passkeys stay: they are no second factor but a way of their own.
/// </summary>
internal sealed class SecondFactorRemoval(
    AuthDbContext database, Credentials credentials, SessionStanding standing, AccountMails mails, TrustedPages pages, SecurityLog log, TimeProvider time)
{
    const string Reason = "second_factor_removed";

    /// <summary>Off, as if there had never been one.</summary>
    /// <param name="actorId">Who asks for it. One's own is turned off where a code is asked for.</param>
    public async Task<AdminChange> RemoveAsync(string userId, string actorId, ClientInfo client, CancellationToken cancellationToken)
    {
        if (userId == actorId)
            return new AdminChange.Self();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(userId, cancellationToken) is not { } user)
            return new AdminChange.NotFound();
        if (!user.TwoFactorEnabled)
            return new AdminChange.NoSecondFactor();
        var now = time.GetUtcNow();
        var open = await database.Sessions.Where(session => session.UserId == userId && session.RevokedAt == null).Select(session => session.Id).ToListAsync(cancellationToken);
        await TwoFactorSettings.EraseAsync(database, userId, now, cancellationToken);
        await credentials.EndSessionsAsync(userId, null, Reason, cancellationToken);
        // In German, as all mails that nobody's browser asked for.
        mails.Add(user, MailTemplates.TwoFactorDisabled, "de", null, ("changedAt", AccountMails.Instant(now)), ("securityLink", pages.Security));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        open.ForEach(standing.End);
        log.Record(SecurityEventTypes.TwoFactorDisabled, userId, ClientInfo.None with { RequestId = client.RequestId }, ("by", "admin"), ("sessionsEnded", open.Count));
        return new AdminChange.Done(user);
    }
}
