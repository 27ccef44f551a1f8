using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;

namespace Mana.Auth.Passkeys;

internal abstract record PasskeySignInResult
{
    public sealed record SignedIn(AccountView Account, StartedSession Session, string DeviceCookie) : PasskeySignInResult;

    public sealed record EmailNotVerified : PasskeySignInResult;

    /// <summary>An administrator has shut the account; only ever said to someone who has its passkey.</summary>
    public sealed record AccountBlocked : PasskeySignInResult;

    public sealed record Invalid(string Field, string Problem) : PasskeySignInResult;

    public sealed record Refused : PasskeySignInResult;

    public sealed record Blocked(int RetryAfterSeconds) : PasskeySignInResult;
}

/// <summary>
/// Signs in by a passkey alone. Having it and unlocking it are two factors, so nobody is asked for a code; a lock for wrong passwords does
/// not concern it (auth.md 10, 11).
/// </summary>
internal sealed class PasskeySignIn(
    AuthDbContext database, PasskeyAssertions assertions, VerificationRule rule, Credentials credentials, KnownDevices devices, AccessTokens access, SessionStart sessions,
    SecurityLog security, AuthMetrics metrics)
{
    public async Task<PasskeySignInResult> SignInAsync(PasskeyAnswer answer, SignInOrigin origin, Visitor visitor, CancellationToken cancellationToken)
    {
        if (origin.Problem() is { } problem)
            return new PasskeySignInResult.Invalid("device", problem);
        return await assertions.VerifyAsync(answer, null, visitor, cancellationToken) switch
        {
            AssertionResult.Proven proven => await CompleteAsync(proven, origin, visitor, cancellationToken),
            AssertionResult.Blocked blocked => new PasskeySignInResult.Blocked(blocked.RetryAfterSeconds),
            AssertionResult.Malformed => new PasskeySignInResult.Invalid("credential", "Required"),
            _ => new PasskeySignInResult.Refused(),
        };
    }

    async Task<PasskeySignInResult> CompleteAsync(AssertionResult.Proven proven, SignInOrigin origin, Visitor visitor, CancellationToken cancellationToken)
    {
        var user = proven.User;
        if (user.BlockedAt is not null)
        {
            security.Record(SecurityEventTypes.PasskeyLoginFailure, user.Id, visitor.Client, ("code", "ACCOUNT_BLOCKED"));
            return new PasskeySignInResult.AccountBlocked();
        }

        if (rule.Required && !user.EmailConfirmed)
            return new PasskeySignInResult.EmailNotVerified();
        var key = await access.SigningKeyAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!await credentials.HoldAsync(user, cancellationToken))
            return new PasskeySignInResult.Refused();
        var started = await sessions.StartAsync(key, user, origin, AuthenticationMethods.Join([], proven.Method), visitor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.Login("success");
        security.Record(SecurityEventTypes.PasskeyLoginSuccess, user.Id, visitor.Client, ("passkeyId", proven.Passkey.Id));
        security.Record(SecurityEventTypes.LoginSuccess, user.Id, visitor.Client, ("method", "passkey"), ("device", origin.DeviceName));
        return new PasskeySignInResult.SignedIn(AccountView.Of(user), started, devices.Remember(visitor.DeviceCookie, user));
    }
}
