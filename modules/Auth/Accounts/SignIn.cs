using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Auth.TwoFactor;
using Mana.Auth.Verification;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Accounts;

internal abstract record SignInResult
{
    /// <summary>The sign-in is complete.</summary>
    /// <param name="DeviceCookie">For <see cref="KnownDevices.Write"/>.</param>
    public sealed record SignedIn(AccountView Account, StartedSession Session, string DeviceCookie) : SignInResult;

    /// <summary>The first factor is proved. No session yet: <see cref="SecondFactorSignIn"/> completes it.</summary>
    /// <param name="Token">For <see cref="TwoFactorCookies.Begin"/>, and for clients without cookies.</param>
    public sealed record SecondFactorNeeded(string Token) : SignInResult;

    public sealed record Invalid(string Field, string Problem) : SignInResult;

    /// <summary>One answer for an unknown address, a deleted account and a wrong password.</summary>
    public sealed record InvalidCredentials : SignInResult;

    public sealed record Locked(int RetryAfterSeconds) : SignInResult;

    /// <summary>Only ever said to someone who knew the password.</summary>
    public sealed record EmailNotVerified : SignInResult;

    /// <summary>An administrator has shut the account; this too is only ever said to someone who knew the password.</summary>
    public sealed record Blocked : SignInResult;

    public sealed record Busy : SignInResult;
}

/// <summary>
/// Signs in by password (auth.md 5.3), on every path. In this order: input, lock and password, account open and verified, second factor, session.
/// </summary>
internal sealed class SignIn(
    AuthDbContext database, PasswordGuard guard, VerificationRule rule, EmailVerification verification, Credentials credentials, KnownDevices devices, AccessTokens access,
    SessionStart sessions, PendingSignIns pending, TrustedDevices trusted, SecurityLog security, AuthMetrics metrics)
{
    const string Method = AuthenticationMethods.Password;

    public async Task<SignInResult> SignInAsync(string? email, string? password, SignInOrigin origin, Visitor visitor, CancellationToken cancellationToken)
    {
        var result = await DecideAsync(email, password, origin, visitor, cancellationToken);
        metrics.Login(result switch
        {
            SignInResult.SignedIn => "success",
            SignInResult.SecondFactorNeeded => "second_factor_needed",
            SignInResult.Invalid => "invalid",
            SignInResult.InvalidCredentials => "invalid_credentials",
            SignInResult.Locked => "locked",
            SignInResult.EmailNotVerified => "email_not_verified",
            SignInResult.Blocked => "blocked",
            _ => "busy",
        });
        return result;
    }

    async Task<SignInResult> DecideAsync(string? email, string? password, SignInOrigin origin, Visitor visitor, CancellationToken cancellationToken)
    {
        // 1. Input.
        if (string.IsNullOrEmpty(email) || string.IsNullOrEmpty(password))
            return new SignInResult.Invalid(string.IsNullOrEmpty(email) ? "email" : "password", "Required");
        if (origin.Problem() is { } problem)
            return new SignInResult.Invalid("device", problem);

        // 2. Lock and password: the guard looks at no password while there is a lock.
        var address = EmailAddress.Normalize(email);
        var user = address is null ? null : await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.NormalizedEmail == address && row.DeletedAt == null, cancellationToken);
        var check = address is null
            ? await guard.CheckNobodyAsync(password, cancellationToken)
            : await guard.CheckAsync(address, user, password, visitor, "password", false, cancellationToken);
        switch (check)
        {
            case PasswordCheck.Locked locked:
                return new SignInResult.Locked(locked.RetryAfterSeconds);
            case PasswordCheck.Wrong:
                return Refuse(new SignInResult.InvalidCredentials(), "INVALID_CREDENTIALS", user, visitor);
            case PasswordCheck.Right right:
                return await ContinueAsync(user!, right.Source, origin, visitor, cancellationToken);
            default:
                return new SignInResult.Busy();
        }
    }

    async Task<SignInResult> ContinueAsync(User user, GuessSource source, SignInOrigin origin, Visitor visitor, CancellationToken cancellationToken)
    {
        // 3. Open, with a verified address.
        if (user.BlockedAt is not null)
            return Refuse(new SignInResult.Blocked(), "ACCOUNT_BLOCKED", user, visitor);
        if (rule.Required && !user.EmailConfirmed)
        {
            await verification.RemindAsync(user, visitor, cancellationToken);
            return Refuse(new SignInResult.EmailNotVerified(), "EMAIL_NOT_VERIFIED", user, visitor);
        }

        // 4. Second factor, unless this browser is trusted. What follows then happens when it is proved.
        var trust = user.TwoFactorEnabled ? await trusted.UseAsync(visitor, user, cancellationToken) : null;
        if (user.TwoFactorEnabled && trust is null)
            return new SignInResult.SecondFactorNeeded(await pending.BeginAsync(user, Method, origin, cancellationToken));
        return await CompleteAsync(user, source, origin, trust, visitor, cancellationToken);
    }

    /// <summary>5. Session. Only now is the sign-in complete: failures are forgotten and the device is known.</summary>
    async Task<SignInResult> CompleteAsync(User user, GuessSource source, SignInOrigin origin, string? trust, Visitor visitor, CancellationToken cancellationToken)
    {
        var key = await access.SigningKeyAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        // A password that was changed while it was verified is not the password.
        if (!await credentials.HoldAsync(user, cancellationToken))
            return Refuse(new SignInResult.InvalidCredentials(), "INVALID_CREDENTIALS", user, visitor);
        await GuessLimit.ForgetAsync(database, user.NormalizedEmail!, source, cancellationToken);
        var started = await sessions.StartAsync(key, user, origin, [Method], visitor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        security.Record(SecurityEventTypes.LoginSuccess, user.Id, visitor.Client, ("method", Method), ("device", origin.DeviceName));
        return new SignInResult.SignedIn(AccountView.Of(user), started with { TrustToken = trust }, devices.Remember(visitor.DeviceCookie, user));
    }

    SignInResult Refuse(SignInResult result, string code, User? user, Visitor visitor)
    {
        security.Record(SecurityEventTypes.LoginFailure, user?.Id, visitor.Client, ("code", code), ("method", Method));
        return result;
    }
}
