using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;

namespace Mana.Auth.TwoFactor;

internal abstract record SecondFactorResult
{
    /// <summary>The sign-in is complete.</summary>
    /// <param name="RememberMe">As the client said when it began; for <see cref="Sessions.SignedIn.Complete"/>.</param>
    public sealed record SignedIn(AccountView Account, StartedSession Session, string DeviceCookie, bool? RememberMe) : SecondFactorResult;

    /// <summary>None was begun, or it is over.</summary>
    public sealed record NoneBegun : SecondFactorResult;

    /// <summary>It is not over because of this.</summary>
    public sealed record Refused(CodeCheck Check) : SecondFactorResult;
}

/// <summary>Completes a sign-in whose first factor is proved (auth.md 5.3, 10), whatever that was.</summary>
internal sealed class SecondFactorSignIn(
    AuthDbContext database, PendingSignIns pending, SecondFactorGuard guard, TrustedDevices trusted, Credentials credentials, KnownDevices devices, AccessTokens access,
    SessionStart sessions, SecurityLog security, AuthMetrics metrics)
{
    /// <summary>Takes a code for what this browser, or whoever holds its token, has begun.</summary>
    /// <param name="token">Of the cookie, or as the first answer told it.</param>
    /// <param name="trust">This browser is spared the next time.</param>
    public async Task<SecondFactorResult> VerifyAsync(string? token, SecondFactor factor, string code, bool trust, Visitor visitor, CancellationToken cancellationToken)
    {
        if (await pending.FindAsync(token, cancellationToken) is not var (begun, user))
            return new SecondFactorResult.NoneBegun();
        switch (await guard.CheckAsync(user, factor, code, visitor, false, again => pending.CountAsync(begun, again), cancellationToken))
        {
            case CodeCheck.Right right:
                return await CompleteAsync(begun, user, right.Source, trust, visitor, cancellationToken);
            case CodeCheck.Over:
                return new SecondFactorResult.NoneBegun();
            case CodeCheck.Wrong wrong:
                security.Record(SecurityEventTypes.LoginFailure, user.Id, visitor.Client, ("code", "TWO_FACTOR_FAILED"), ("method", begun.Method));
                return new SecondFactorResult.Refused(wrong);
            case var refused:
                return new SecondFactorResult.Refused(refused);
        }
    }

    /// <summary>As with a password alone: only now are failures forgotten and is the device known.</summary>
    async Task<SecondFactorResult> CompleteAsync(PendingSignIn begun, User user, GuessSource source, bool trust, Visitor visitor, CancellationToken cancellationToken)
    {
        var key = await access.SigningKeyAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!await credentials.HoldAsync(user, cancellationToken) || !await pending.TakeAsync(begun, cancellationToken))
            return new SecondFactorResult.NoneBegun();
        await GuessLimit.ForgetAsync(database, user.NormalizedEmail!, source, cancellationToken);
        var origin = new SignInOrigin(begun.DeviceId, begun.DeviceName, visitor.Client.UserAgent, visitor.Client.IpAddress, begun.RememberMe);
        var amr = AuthenticationMethods.Join([begun.Method], AuthenticationMethods.OneTimeCode);
        var started = await sessions.StartAsync(key, user, origin, amr, visitor, cancellationToken);
        if (trust)
            started = started with { TrustToken = await trusted.TrustAsync(user, visitor.Client.UserAgent, cancellationToken) };
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.Login("success");
        security.Record(SecurityEventTypes.LoginSuccess, user.Id, visitor.Client, ("method", string.Join('+', amr)), ("device", origin.DeviceName));
        return new SecondFactorResult.SignedIn(AccountView.Of(user), started, devices.Remember(visitor.DeviceCookie, user), begun.UntilClosed ? false : null);
    }
}
