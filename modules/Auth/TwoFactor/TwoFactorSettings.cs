using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.StepUp;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.TwoFactor;

/// <summary>Turns the second factor on and off (auth.md 10). Nothing demands a code before one was right.</summary>
internal sealed class TwoFactorSettings(
    AuthDbContext database, PasswordGuard passwords, SecondFactorGuard guard, BackupCodes codes, Credentials credentials, SecretBox secrets, AccountMails mails, TrustedPages pages,
    SecurityLog security, IIdSource ids, TimeProvider time)
{
    /// <summary>A new secret, pending; one that was pending before is void.</summary>
    public async Task<TwoFactorChange> BeginAsync(CurrentUser caller, string? password, string? issuer, Visitor visitor, CancellationToken cancellationToken)
    {
        if (AuthenticatorUri.Issuer(issuer) is not { } shown)
            return new TwoFactorChange.Invalid("issuer", "At most 64 characters, no colon");
        var (user, refusal) = await ProveAsync(caller, password, null, visitor, cancellationToken);
        if (refusal is not null)
            return refusal;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(user!.Id, cancellationToken) is not { } now)
            return new TwoFactorChange.WrongPassword();
        if (now.TwoFactorEnabled)
            return new TwoFactorChange.AlreadyEnabled();
        await database.TotpSecrets.Where(row => row.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
        var (id, secret) = (ids.NewId(), new byte[Totp.SecretLength]);
        ids.Fill(secret);
        database.TotpSecrets.Add(new TotpSecret { Id = id, UserId = user.Id, SecretEncrypted = secrets.Seal(SecondFactorGuard.Purpose, id, secret), CreatedAt = time.GetUtcNow() });
        var fresh = await codes.ReplaceAsync(user.Id, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var uri = AuthenticatorUri.Of(secret, user.Email!, shown);
        return new TwoFactorChange.Begun(uri, AuthenticatorUri.Svg(uri), fresh);
    }

    /// <summary>Other backup codes; the old ones are void.</summary>
    public async Task<TwoFactorChange> RenewCodesAsync(CurrentUser caller, string? password, string? code, Visitor visitor, CancellationToken cancellationToken)
    {
        var (user, refusal) = await ProveAsync(caller, password, code, visitor, cancellationToken);
        if (refusal is not null)
            return refusal;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(user!.Id, cancellationToken) is not { TwoFactorEnabled: true })
            return new TwoFactorChange.NotEnabled();
        var fresh = await codes.ReplaceAsync(user.Id, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new TwoFactorChange.NewCodes(fresh);
    }

    /// <summary>The URI once more, for an app on another phone. Whoever has it has the second factor, so it is guarded like turning it off.</summary>
    public async Task<TwoFactorChange> UriAsync(CurrentUser caller, string? password, string? code, Visitor visitor, CancellationToken cancellationToken)
    {
        var (user, refusal) = await ProveAsync(caller, password, code, visitor, cancellationToken);
        if (refusal is not null)
            return refusal;
        var row = await database.TotpSecrets.AsNoTracking().SingleOrDefaultAsync(it => it.UserId == user!.Id, cancellationToken);
        if (row is null)
            return new TwoFactorChange.NotEnabled();
        var uri = AuthenticatorUri.Of(secrets.Open(SecondFactorGuard.Purpose, row.Id, row.SecretEncrypted), user!.Email!, AuthenticatorUri.DefaultIssuer);
        return new TwoFactorChange.Shown(uri, AuthenticatorUri.Svg(uri));
    }

    /// <summary>Off; also a pending one. Secret, codes and trusted devices go.</summary>
    public async Task<TwoFactorChange> DisableAsync(CurrentUser caller, string? password, string? code, Visitor visitor, CancellationToken cancellationToken)
    {
        var (user, refusal) = await ProveAsync(caller, password, code, visitor, cancellationToken);
        if (refusal is not null)
            return refusal;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(user!.Id, cancellationToken) is not { } now)
            return new TwoFactorChange.WrongPassword();
        await EraseAsync(database, user.Id, time.GetUtcNow(), cancellationToken);
        if (now.TwoFactorEnabled)
            mails.Add(user, MailTemplates.TwoFactorDisabled, visitor.Locale, null, ("changedAt", AccountMails.Instant(time.GetUtcNow())), ("securityLink", pages.Security));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (now.TwoFactorEnabled)
            security.Record(SecurityEventTypes.TwoFactorDisabled, user.Id, visitor.Client);
        return new TwoFactorChange.Disabled();
    }

    /// <summary>As if there had never been one. Inside the caller's transaction.</summary>
    public static async Task EraseAsync(AuthDbContext database, string userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await database.TotpSecrets.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await database.BackupCodes.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await TrustedDevices.ForgetAsync(database, userId, cancellationToken);
        await database.Users.Where(row => row.Id == userId && row.TwoFactorEnabled)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.TwoFactorEnabled, false).SetProperty(it => it.UpdatedAt, now), cancellationToken);
    }

    /// <summary>
    /// The password, and when there is a second factor a proof of that too: a code, or one given in this session within 15 minutes. The
    /// password alone moves <c>auth_time</c>, so that time is no proof of a second factor.
    /// </summary>
    async Task<(User? User, TwoFactorChange? Refusal)> ProveAsync(CurrentUser caller, string? password, string? code, Visitor visitor, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == caller.UserId && row.DeletedAt == null, cancellationToken);
        var session = await database.Sessions.AsNoTracking().SingleOrDefaultAsync(row => row.Id == caller.SessionId, cancellationToken);
        if (user is null || session is null)
            return (null, new TwoFactorChange.WrongPassword());
        var since = time.GetUtcNow() - SessionGuard.StepUpAge;
        if (user.PasswordHash is null)
        {
            if (session.AuthTime < since)
                return (null, new TwoFactorChange.StepUpRequired());
        }
        else if (string.IsNullOrEmpty(password))
        {
            return (null, new TwoFactorChange.Invalid("password", "Required"));
        }
        else if (await passwords.CheckAsync(user.NormalizedEmail!, user, password, visitor, "two-factor", true, cancellationToken) is var check and not PasswordCheck.Right)
        {
            return (null, check switch
            {
                PasswordCheck.Locked locked => new TwoFactorChange.Locked(locked.RetryAfterSeconds),
                PasswordCheck.Wrong => new TwoFactorChange.WrongPassword(),
                _ => (TwoFactorChange)new TwoFactorChange.Busy(),
            });
        }

        if (!user.TwoFactorEnabled || session.SecondFactorAt >= since)
            return (user, null);
        if (string.IsNullOrWhiteSpace(code))
            return (null, new TwoFactorChange.StepUpRequired());
        var refusal = TwoFactorChange.Of(await guard.CheckAsync(user, CodeShape.FactorOf(code), code, visitor, true, null, cancellationToken));
        return (refusal is null ? user : null, refusal);
    }
}
