using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Identity;
using Mana.Notifications.Contracts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Recovery;

internal abstract record PasswordChangeResult
{
    public sealed record Done(AccountView Account) : PasswordChangeResult;

    public sealed record Invalid(string Field, string Problem) : PasswordChangeResult;

    public sealed record WrongPassword : PasswordChangeResult;

    public sealed record Weak(WeakPassword Password) : PasswordChangeResult;

    public sealed record Locked(int RetryAfterSeconds) : PasswordChangeResult;

    public sealed record Busy : PasswordChangeResult;
}

/// <summary>Another password for who knows the present one, and the proof that they do (auth.md 5.5, 9).</summary>
internal sealed class PasswordChange(
    AuthDbContext database, PasswordGuard guard, Credentials credentials, PasswordPolicy policy, HashingGate gate, IPasswordHasher<User> hasher, AccountMails mails,
    TrustedPages pages, SecurityLog security, TimeProvider time)
{
    const string Reason = "password_change";

    /// <summary>The present password is verified before the new one is judged.</summary>
    /// <param name="endOthers">Whether the person's other sessions end.</param>
    public async Task<PasswordChangeResult> ChangeAsync(
        CurrentUser caller, string? current, string? wanted, bool endOthers, Visitor visitor, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(current) || wanted is null)
            return new PasswordChangeResult.Invalid(string.IsNullOrEmpty(current) ? "currentPassword" : "newPassword", "Required");
        var (user, check) = await CheckAsync(caller, current, "change_password", visitor, cancellationToken);
        if (check is not PasswordCheck.Right right)
            return Refused(caller, check, visitor);

        string hash;
        using (var lease = await gate.EnterAsync(cancellationToken))
        {
            if (!lease.IsAcquired)
                return new PasswordChangeResult.Busy();
            if (policy.Judge(wanted, user!.NormalizedEmail!, user.Name) is { } weakness)
                return new PasswordChangeResult.Weak(weakness);
            hash = hasher.HashPassword(user, wanted);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(user.Id, cancellationToken) is not { } now || now.SecurityStamp != user.SecurityStamp)
            return new PasswordChangeResult.WrongPassword();
        await credentials.SetPasswordAsync(user.Id, hash, false, cancellationToken);
        if (endOthers)
            await credentials.EndSessionsAsync(user.Id, caller.SessionId, Reason, cancellationToken);
        await GuessLimit.ForgetAsync(database, user.NormalizedEmail!, right.Source, cancellationToken);
        mails.Add(user, MailTemplates.PasswordChanged, visitor.Locale, null, ("changedAt", AccountMails.Instant(time.GetUtcNow())), ("resetLink", pages.ForgotPassword));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        security.Record(SecurityEventTypes.PasswordChanged, user.Id, visitor.Client, ("otherSessionsEnded", endOthers));
        return new PasswordChangeResult.Done(AccountView.Of(user));
    }

    /// <summary>Step-up: the session is as good as one that was just begun.</summary>
    public async Task<PasswordChangeResult> ConfirmAsync(CurrentUser caller, string? password, Visitor visitor, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(password))
            return new PasswordChangeResult.Invalid("password", "Required");
        var (user, check) = await CheckAsync(caller, password, "verify_password", visitor, cancellationToken);
        if (check is not PasswordCheck.Right right)
            return Refused(caller, check, visitor);
        var now = time.GetUtcNow();
        await database.Sessions.Where(session => session.Id == caller.SessionId && session.RevokedAt == null)
            .ExecuteUpdateAsync(session => session.SetProperty(row => row.AuthTime, now), cancellationToken);
        await GuessLimit.ForgetAsync(database, user!.NormalizedEmail!, right.Source, cancellationToken);
        security.Record(SecurityEventTypes.StepUpCompleted, user.Id, visitor.Client, ("method", "pwd"));
        return new PasswordChangeResult.Done(AccountView.Of(user));
    }

    /// <summary>Behind a live session, so there is an account, and strangers cannot keep its owner out.</summary>
    async Task<(User? User, PasswordCheck Check)> CheckAsync(CurrentUser caller, string password, string method, Visitor visitor, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == caller.UserId && row.DeletedAt == null, cancellationToken);
        return user is null ? (null, new PasswordCheck.Wrong()) : (user, await guard.CheckAsync(user.NormalizedEmail!, user, password, visitor, method, true, cancellationToken));
    }

    PasswordChangeResult Refused(CurrentUser caller, PasswordCheck check, Visitor visitor)
    {
        if (check is PasswordCheck.Locked locked)
            return new PasswordChangeResult.Locked(locked.RetryAfterSeconds);
        if (check is PasswordCheck.Busy)
            return new PasswordChangeResult.Busy();
        security.Record(SecurityEventTypes.PasswordChangeFailed, caller.UserId, visitor.Client, ("code", "INVALID_CREDENTIALS"));
        return new PasswordChangeResult.WrongPassword();
    }
}
