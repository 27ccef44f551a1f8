using System.Globalization;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.TwoFactor;

internal enum SecondFactor
{
    AuthenticatorApp,
    BackupCode,
}

internal abstract record CodeCheck
{
    public sealed record Right(GuessSource Source) : CodeCheck;

    /// <summary>Also a code that was used before.</summary>
    public sealed record Wrong : CodeCheck;

    /// <summary>The backup code was used by somebody else a moment ago.</summary>
    public sealed record Contended : CodeCheck;

    /// <summary>There is nothing to compare with.</summary>
    public sealed record NotEnabled : CodeCheck;

    /// <summary>What the code was for is over.</summary>
    public sealed record Over : CodeCheck;

    public sealed record Locked(int RetryAfterSeconds) : CodeCheck;

    public sealed record Busy : CodeCheck;
}

/// <summary>
/// The only way to verify a code (auth.md 10). Wrong ones share the count of wrong passwords, under the rules of <see cref="PasswordGuard"/>:
/// strangers cannot keep a known device or a live session out. A right code is used up by being right.
/// </summary>
internal sealed class SecondFactorGuard(
    AuthDbContext database, PasswordGuard guard, BackupCodes codes, SecretBox secrets, AccountMails mails, TrustedPages pages, SecurityLog security, AuthMetrics metrics,
    TimeProvider time)
{
    public const string Purpose = "two factor";
    const string Method = "two-factor";
    const int FewCodes = 2;
    const int LongestCode = 64;

    /// <summary>Counts, compares, uses up, and tells the log.</summary>
    /// <param name="signedIn">The caller holds a live session of <paramref name="user"/>.</param>
    /// <param name="begin">Asked when a code may be looked at and before it is; false: it is not.</param>
    public async Task<CodeCheck> CheckAsync(
        User user, SecondFactor factor, string code, Visitor visitor, bool signedIn, Func<CancellationToken, Task<bool>>? begin, CancellationToken cancellationToken)
    {
        if (!await database.TotpSecrets.AnyAsync(row => row.UserId == user.Id, cancellationToken))
            return new CodeCheck.NotEnabled();
        CodeCheck? special = null;
        var check = await guard.GuessAsync(user.NormalizedEmail!, user, EvaluateAsync, visitor, Method, signedIn, GuessLimit.MostCodesByStrangers, cancellationToken);
        var result = special ?? check switch
        {
            PasswordCheck.Right right => new CodeCheck.Right(right.Source),
            PasswordCheck.Wrong => new CodeCheck.Wrong(),
            PasswordCheck.Locked locked => new CodeCheck.Locked(locked.RetryAfterSeconds),
            _ => (CodeCheck)new CodeCheck.Busy(),
        };
        await TellAsync(user, factor, result, visitor, cancellationToken);
        return result;

        async Task<bool?> EvaluateAsync(CancellationToken token)
        {
            if (begin is not null && !await begin(token))
                special = new CodeCheck.Over();
            else if (code.Length > LongestCode)
                return false;
            else if (factor == SecondFactor.AuthenticatorApp)
                return await UseTotpAsync(user, code, token);
            else if (await codes.FindAsync(user.Id, code, token) is not { } id)
                return false;
            else if (await codes.UseAsync(id, token))
                return true;
            else
                special = new CodeCheck.Contended();
            return null;
        }
    }

    /// <summary>The step is taken by one statement: of two requests with one code one is too late.</summary>
    async Task<bool> UseTotpAsync(User user, string code, CancellationToken cancellationToken)
    {
        var row = await database.TotpSecrets.AsNoTracking().SingleOrDefaultAsync(it => it.UserId == user.Id, cancellationToken);
        if (row is null)
            return false;
        var digits = new string([.. code.Where(letter => !char.IsWhiteSpace(letter))]);
        return Totp.Match(secrets.Open(Purpose, row.Id, row.SecretEncrypted), digits, time.GetUtcNow(), row.LastUsedStep) is { } step
            && await database.TotpSecrets.Where(it => it.Id == row.Id && (it.LastUsedStep == null || it.LastUsedStep < step))
                .ExecuteUpdateAsync(it => it.SetProperty(one => one.LastUsedStep, step), cancellationToken) == 1;
    }

    async Task TellAsync(User user, SecondFactor factor, CodeCheck result, Visitor visitor, CancellationToken cancellationToken)
    {
        var method = factor == SecondFactor.AuthenticatorApp ? "totp" : "backup_code";
        metrics.TwoFactor(method, result is CodeCheck.Right ? "right" : result is CodeCheck.Wrong ? "wrong" : "refused");
        if (result is CodeCheck.Wrong)
            security.Record(SecurityEventTypes.TwoFactorFailed, user.Id, visitor.Client, ("method", method), ("code", "TWO_FACTOR_FAILED"));
        if (result is not CodeCheck.Right)
            return;
        security.Record(SecurityEventTypes.TwoFactorVerified, user.Id, visitor.Client, ("method", method));
        if (factor != SecondFactor.BackupCode)
            return;
        var left = await codes.LeftAsync(user.Id, cancellationToken);
        security.Record(SecurityEventTypes.BackupCodeUsed, user.Id, visitor.Client, ("remaining", left));
        if (left > FewCodes)
            return;
        mails.Add(user, MailTemplates.BackupCodesLow, visitor.Locale, null, ("remaining", left.ToString(CultureInfo.InvariantCulture)), ("securityLink", pages.Security));
        await database.SaveChangesAsync(cancellationToken);
    }
}
