using System.Buffers.Text;
using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Passkeys;

internal abstract record AssertionResult
{
    /// <summary>The authenticator of this account has answered.</summary>
    /// <param name="Method">Of <c>amr</c>.</param>
    public sealed record Proven(User User, Passkey Passkey, string Method) : AssertionResult;

    /// <summary>One answer for a credential that does not exist and for everything that is wrong with one that does.</summary>
    public sealed record Refused : AssertionResult;

    /// <summary>It was not looked at.</summary>
    public sealed record Blocked(int RetryAfterSeconds) : AssertionResult;

    /// <summary>Not the form of an answer.</summary>
    public sealed record Malformed : AssertionResult;
}

/// <summary>Verifies what an authenticator answers, for sign-in and for step-up (auth.md 11.1).</summary>
internal sealed class PasskeyAssertions(
    AuthDbContext database, RelyingParty party, Ceremony ceremony, PasskeyChallenges challenges, PasskeyFailures failures, SecurityLog security, AuthMetrics metrics,
    TimeProvider time)
{
    /// <summary>A question to an authenticator.</summary>
    /// <param name="userId">Whose it must be: their passkeys are named. Null: the authenticator says whose it is.</param>
    public async Task<(AssertionOptions Options, string ChallengeId)> AskAsync(string? userId, CancellationToken cancellationToken)
    {
        var allowed = userId is null ? [] : await database.Passkeys.AsNoTracking().Where(row => row.UserId == userId).ToListAsync(cancellationToken);
        var challenge = await challenges.AskAsync(registration: false, userId, cancellationToken);
        return (new AssertionOptions(
            Base64Url.EncodeToString(challenge.Challenge), PasskeyRegistration.TimeoutMilliseconds, party.Id, [.. allowed.Select(CredentialDescriptor.Of)], "required"), challenge.Id);
    }

    /// <summary>Judges an answer, counts it, and takes its question away.</summary>
    /// <param name="userId">Whose passkey it must be; null: anybody's.</param>
    public async Task<AssertionResult> VerifyAsync(PasskeyAnswer answer, string? userId, Visitor visitor, CancellationToken cancellationToken)
    {
        if (answer.CredentialId() is not { } id)
            return new AssertionResult.Malformed();
        if (await failures.BlockedForAsync(id, cancellationToken) is { } seconds)
        {
            metrics.Passkey("authenticate", "blocked");
            return new AssertionResult.Blocked(seconds);
        }

        var text = Base64Url.EncodeToString(id);
        var passkey = await database.Passkeys.AsNoTracking().SingleOrDefaultAsync(row => row.CredentialId == text, cancellationToken);
        var (problem, user, data) = await CheckAsync(answer, passkey, userId, cancellationToken);
        problem ??= await CountUseAsync(passkey!, data!, cancellationToken);
        metrics.Passkey("authenticate", problem ?? "success");
        if (problem is null)
        {
            await failures.ForgetAsync(id, cancellationToken);
            return new AssertionResult.Proven(user!, passkey!, passkey!.DeviceType == "singleDevice" ? AuthenticationMethods.HardwareKey : AuthenticationMethods.SoftwareKey);
        }

        await failures.CountAsync(id, cancellationToken);
        security.Record(SecurityEventTypes.PasskeyLoginFailure, passkey?.UserId, visitor.Client, ("code", "PASSKEY_VERIFICATION_FAILED"), ("reason", problem), ("passkeyId", passkey?.Id));
        return new AssertionResult.Refused();
    }

    async Task<(string? Problem, User? User, AuthenticatorData? Data)> CheckAsync(PasskeyAnswer answer, Passkey? passkey, string? userId, CancellationToken cancellationToken)
    {
        // The challenge is gone also when the credential is nobody's.
        var challenge = await challenges.TakeAsync(answer.ChallengeId, registration: false, cancellationToken);
        if (challenge is null)
            return ("challenge", null, null);
        if (passkey is null)
            return ("credential_id", null, null);
        if (passkey.UserId != (userId ?? passkey.UserId) || passkey.UserId != (challenge.UserId ?? passkey.UserId))
            return ("user", null, null);
        if (ceremony.CheckAssertion(answer.Credential!, challenge.Challenge, passkey, out var data) is { } problem)
            return (problem, null, null);
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == passkey.UserId && row.DeletedAt == null, cancellationToken);
        return (user is null ? "user" : null, user, data);
    }

    /// <summary>
    /// A counter that does not rise means that the private key is in two places (WebAuthn 6.1.1). Both keep to the rule that one statement
    /// compares and sets. Authenticators that synchronise count nothing and always say 0.
    /// </summary>
    async Task<string?> CountUseAsync(Passkey passkey, AuthenticatorData data, CancellationToken cancellationToken)
    {
        var (count, backedUp, now) = ((long)data.SignCount, data.BackedUp, time.GetUtcNow());
        var updated = await database.Passkeys.Where(row => row.Id == passkey.Id && (row.Counter < count || (row.Counter == 0 && count == 0)))
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.Counter, count).SetProperty(it => it.BackedUp, backedUp).SetProperty(it => it.LastUsedAt, now), cancellationToken);
        if (updated == 1)
            return null;
        await database.Passkeys.Where(row => row.Id == passkey.Id && row.FlaggedAt == null).ExecuteUpdateAsync(row => row.SetProperty(it => it.FlaggedAt, now), cancellationToken);
        return "counter";
    }
}
