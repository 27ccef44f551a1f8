using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.TwoFactor;

/// <summary>The first right code turns the second factor on, and makes of the session one that two factors have proved (auth.md 10).</summary>
internal sealed class TwoFactorEnrolment(
    AuthDbContext database, SecondFactorGuard guard, TrustedDevices trusted, Credentials credentials, KnownDevices devices, SessionStart sessions, SessionRevocation revocation,
    SessionStanding standing, AccessTokens access, AccountMails mails, TrustedPages pages, SecurityLog security, TimeProvider time)
{
    const string Rotated = "two_factor_enabled";

    /// <summary>Takes the first code of a secret that is pending.</summary>
    /// <param name="live">Of the caller; it ends, and a new one begins in its place.</param>
    public async Task<TwoFactorChange> ConfirmAsync(LiveSession live, string code, bool trust, Visitor visitor, CancellationToken cancellationToken)
    {
        var user = live.User;
        if (TwoFactorChange.Of(await guard.CheckAsync(user, SecondFactor.AuthenticatorApp, code, visitor, true, null, cancellationToken)) is { } refusal)
            return refusal;
        var key = await access.SigningKeyAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        if (await credentials.LockAsync(user.Id, cancellationToken) is not { TwoFactorEnabled: false } account
            || await database.TotpSecrets.Where(row => row.UserId == user.Id && row.ConfirmedAt == null)
                .ExecuteUpdateAsync(row => row.SetProperty(it => it.ConfirmedAt, now), cancellationToken) == 0
            || await revocation.RevokeAsync(live.Session.Id, Rotated, cancellationToken) is null)
            return new TwoFactorChange.WrongCode();
        await database.Users.Where(row => row.Id == user.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.TwoFactorEnabled, true).SetProperty(it => it.UpdatedAt, now), cancellationToken);
        (account.TwoFactorEnabled, account.UpdatedAt) = (true, now);

        var old = live.Session;
        var origin = new SignInOrigin(old.DeviceId, old.DeviceName, visitor.Client.UserAgent, visitor.Client.IpAddress, old.RememberMe);
        var started = await sessions.StartAsync(key, account, origin, AuthenticationMethods.Join(old.Amr, AuthenticationMethods.OneTimeCode), visitor, cancellationToken);
        started.Session.ActiveOrganizationId = old.ActiveOrganizationId;
        if (trust)
            started = started with { TrustToken = await trusted.TrustAsync(account, visitor.Client.UserAgent, cancellationToken) };
        mails.Add(account, MailTemplates.TwoFactorEnabled, visitor.Locale, null, ("changedAt", AccountMails.Instant(now)), ("securityLink", pages.Security));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        standing.End(old.Id);
        security.Record(SecurityEventTypes.TwoFactorEnabled, user.Id, visitor.Client, ("sessionId", started.Session.Id));
        return new TwoFactorChange.Enabled(AccountView.Of(account), started, devices.Remember(visitor.DeviceCookie, account));
    }
}
