using Mana.Auth.Accounts;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Verification;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Recovery;

internal abstract record ResetResult
{
    public sealed record Done : ResetResult;

    public sealed record InvalidToken : ResetResult;

    /// <summary>The token is still good.</summary>
    public sealed record Weak(WeakPassword Password) : ResetResult;

    public sealed record Busy : ResetResult;
}

/// <summary>A new password for who can read the account's mail (auth.md 5.5; W12).</summary>
internal sealed class PasswordReset(
    AuthDbContext database, VerificationTokens tokens, AddressRequests requests, AccountMails mails, TrustedPages pages, Credentials credentials, Eviction eviction, PasswordPolicy policy,
    HashingGate gate, IPasswordHasher<User> hasher, EventWriter events, SecurityLog security, TimeProvider time)
{
    public const string Reason = "password_reset";
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>For any address, with one answer.</summary>
    public async Task RequestAsync(string? email, string? redirectTo, Visitor visitor, CancellationToken cancellationToken)
    {
        if (EmailAddress.Normalize(email) is not { } address)
            return;
        requests.Add(AddressRequestKind.Reset, address, pages.ResetOf(redirectTo), visitor);
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Adds token and mail to the caller's transaction.</summary>
    public async Task OweAsync(User user, string target, string locale, string id, CancellationToken cancellationToken)
    {
        var text = await tokens.IssueAsync(VerificationPurpose.Reset, user.Id, user.Id, user.NormalizedEmail!, target, Lifetime, id, cancellationToken);
        mails.Add(user, MailTemplates.ResetPassword, locale, time.GetUtcNow() + Lifetime, ("resetLink", pages.ResetLink(text, target)));
    }

    /// <summary>Whether the link in the mail still opens anything. Looking does not use it up.</summary>
    public async Task<bool> IsGoodAsync(string? text, CancellationToken cancellationToken) =>
        await tokens.LookAsync(text, cancellationToken, VerificationPurpose.Reset) is MailedToken.Good;

    public async Task<ResetResult> ResetAsync(string? text, string? password, Visitor visitor, CancellationToken cancellationToken)
    {
        if (await tokens.LookAsync(text, cancellationToken, VerificationPurpose.Reset) is not MailedToken.Good { Token: var token })
            return new ResetResult.InvalidToken();
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == token.UserId && row.DeletedAt == null, cancellationToken);
        if (user is null || user.NormalizedEmail != token.Address)
            return new ResetResult.InvalidToken();

        string hash;
        using (var lease = await gate.EnterAsync(cancellationToken))
        {
            if (!lease.IsAcquired)
                return new ResetResult.Busy();
            if (policy.Judge(password ?? "", user.NormalizedEmail!, user.Name) is { } weakness)
                return new ResetResult.Weak(weakness);
            hash = hasher.HashPassword(user, password!);
        }

        return await CompleteAsync(token, hash, visitor, cancellationToken);
    }

    /// <summary>Whoever had got in is out: sessions, refresh tokens, known devices, and links to other addresses that they may have asked for.</summary>
    async Task<ResetResult> CompleteAsync(VerificationToken token, string hash, Visitor visitor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(token.UserId!, cancellationToken) is not { } user || user.NormalizedEmail != token.Address || !await tokens.ConsumeAsync(token, cancellationToken))
            return new ResetResult.InvalidToken();
        var now = time.GetUtcNow();
        await credentials.SetPasswordAsync(user.Id, hash, true, cancellationToken);
        // Nobody had proved this address before: whoever registered it may be somebody else, and keeps no way in (W32).
        if (user.EmailConfirmed)
            await credentials.EndSessionsAsync(user.Id, null, Reason, cancellationToken);
        else
            await eviction.EvictAsync(user.Id, null, Reason, cancellationToken);
        await tokens.VoidAsync(user.Id, cancellationToken, VerificationPurpose.Change, VerificationPurpose.Verification);
        var unlocked = await GuessLimit.ForgetAllAsync(database, user.NormalizedEmail!, cancellationToken);
        if (!user.EmailConfirmed)
            events.Add(database, new EmailVerified(user.Id, now));
        mails.Add(user, MailTemplates.PasswordChanged, visitor.Locale, null, ("changedAt", AccountMails.Instant(now)), ("resetLink", pages.ForgotPassword));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        security.Record(SecurityEventTypes.PasswordResetCompleted, user.Id, visitor.Client);
        if (!user.EmailConfirmed)
            security.Record(SecurityEventTypes.EmailVerified, user.Id, visitor.Client);
        if (unlocked)
            security.Record(SecurityEventTypes.AccountUnlocked, user.Id, visitor.Client);
        return new ResetResult.Done();
    }
}
