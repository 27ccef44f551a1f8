using Mana.Auth.Data;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Accounts;

internal abstract record SignInResult
{
    public sealed record SignedIn(AccountView Account, StartedSession Session) : SignInResult;

    public sealed record Invalid(string Problem) : SignInResult;

    /// <summary>One answer for an unknown address, a deleted account and a wrong password.</summary>
    public sealed record InvalidCredentials : SignInResult;

    public sealed record Locked(int RetryAfterSeconds) : SignInResult;

    /// <summary>Only ever said to someone who knew the password.</summary>
    public sealed record EmailNotVerified : SignInResult;

    public sealed record Busy : SignInResult;
}

/// <summary>Signs in by password (auth.md 5.3): lock, password, verified address, session — in this order.</summary>
internal sealed class SignIn(
    AuthDbContext database, UserManager<User> users, HashingGate gate, AccountLockout lockout, VerificationRule verification, AccessTokens access,
    SessionStart sessions, AuthMetrics metrics, ILogger<SignIn> log)
{
    const string Method = "pwd";

    public async Task<SignInResult> SignInAsync(string? email, string? password, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var result = await DecideAsync(email, password, origin, cancellationToken);
        metrics.Login(result switch
        {
            SignInResult.SignedIn => "success",
            SignInResult.Invalid => "invalid",
            SignInResult.InvalidCredentials => "invalid_credentials",
            SignInResult.Locked => "locked",
            SignInResult.EmailNotVerified => "email_not_verified",
            _ => "busy",
        });
        return result;
    }

    async Task<SignInResult> DecideAsync(string? email, string? password, SignInOrigin origin, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(email) || string.IsNullOrEmpty(password))
            return new SignInResult.Invalid(string.IsNullOrEmpty(email) ? "email: Required" : "password: Required");
        if (origin.Problem() is { } problem)
            return new SignInResult.Invalid(problem);

        var user = await FindAsync(email);
        if (lockout.SecondsLeft(user?.LockoutEnd) is { } locked)
            return new SignInResult.Locked(locked);
        using (var lease = await gate.EnterAsync(cancellationToken))
        {
            if (!lease.IsAcquired)
                return new SignInResult.Busy();
            if (!await PasswordMatchesAsync(user, password))
                return await RefuseAsync(user, cancellationToken);
        }

        return verification.Required && !user!.EmailConfirmed
            ? new SignInResult.EmailNotVerified()
            : await StartSessionAsync(user!, origin, cancellationToken);
    }

    async Task<User?> FindAsync(string email) =>
        EmailAddress.Normalize(email) is { } address && await users.FindByEmailAsync(address) is { DeletedAt: null } user ? user : null;

    async Task<bool> PasswordMatchesAsync(User? user, string password)
    {
        if (user?.PasswordHash is not null)
            return await users.CheckPasswordAsync(user, password);
        gate.VerifyNothing(password);
        return false;
    }

    async Task<SignInResult> RefuseAsync(User? user, CancellationToken cancellationToken)
    {
        if (user is null)
            return new SignInResult.InvalidCredentials();
        if (await lockout.CountFailureAsync(user.Id, cancellationToken) is not { } locked)
            return new SignInResult.InvalidCredentials();
        log.LogWarning("Guesses went on while the account of user {UserId} was being locked", user.Id);
        return new SignInResult.Locked(locked);
    }

    async Task<SignInResult> StartSessionAsync(User user, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var key = await access.SigningKeyAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await lockout.ClearAsync(user.Id, cancellationToken) is { } locked)
            return new SignInResult.Locked(locked);
        var tokens = await sessions.StartAsync(key, user, origin, Method, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new SignInResult.SignedIn(AccountView.Of(user), tokens);
    }
}
