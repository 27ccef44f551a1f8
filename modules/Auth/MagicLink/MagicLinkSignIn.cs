using Mana.Auth.Accounts;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Auth.TwoFactor;
using Mana.Auth.Verification;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.MagicLink;

internal abstract record MagicLinkResult
{
    /// <summary>The sign-in is complete.</summary>
    /// <param name="Target">Where the browser goes now.</param>
    public sealed record SignedIn(StartedSession Session, string DeviceCookie, string Target) : MagicLinkResult;

    /// <summary>A link is one factor; the code is still missing.</summary>
    public sealed record SecondFactorNeeded(string Token, string Target) : MagicLinkResult;

    /// <summary>Nobody is signed in.</summary>
    /// <param name="Code"><c>INVALID_TOKEN</c>, <c>EXPIRED_TOKEN</c>, <c>ATTEMPTS_EXCEEDED</c> for a link that was used, <c>ACCOUNT_LOCKED</c>, <c>ACCOUNT_BLOCKED</c>, <c>SIGNUP_LIMIT_REACHED</c>.</param>
    /// <param name="Target">Where the wish wanted errors to be shown; null: unknown.</param>
    public sealed record Failed(string Code, string? Target) : MagicLinkResult;
}

/// <summary>Redeems a link (auth.md 12): once, after a click, and never past the second factor or a lock.</summary>
internal sealed class MagicLinkSignIn(
    AuthDbContext database, VerificationTokens tokens, AccountCreation creation, Credentials credentials, Eviction eviction, PasswordGuard guard, KnownDevices devices, PendingSignIns pending,
    TrustedDevices trusted, AccessTokens access, SessionStart sessions, EventWriter events, SecurityLog security, AuthMetrics metrics, IIdSource ids, TimeProvider time)
{
    const string Reason = "email_verified";

    /// <summary>The link as it stands; looking does not use it up. A failure, or what the wish said.</summary>
    public async Task<(MagicLinkData? Data, MagicLinkResult.Failed? Failure)> LookAsync(string? text, CancellationToken cancellationToken)
    {
        var (token, failure) = await FindAsync(text, cancellationToken);
        return (token is null ? null : MagicLinkData.Of(token), failure);
    }

    public async Task<MagicLinkResult> RedeemAsync(string? text, Visitor visitor, CancellationToken cancellationToken)
    {
        var result = await DecideAsync(text, visitor, cancellationToken);
        metrics.MagicLink(result switch { MagicLinkResult.SignedIn => "success", MagicLinkResult.SecondFactorNeeded => "second_factor_needed", _ => "failed" });
        return result;
    }

    async Task<MagicLinkResult> DecideAsync(string? text, Visitor visitor, CancellationToken cancellationToken)
    {
        var (token, failure) = await FindAsync(text, cancellationToken);
        if (token is null)
            return failure!;
        var data = MagicLinkData.Of(token);
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.NormalizedEmail == token.Address && row.DeletedAt == null, cancellationToken);
        // A link for an account leads to that account or nowhere; one for a new account is for whoever has the address by now.
        if (user is null ? token.UserId is not null : token.UserId is not null && token.UserId != user.Id)
            return new MagicLinkResult.Failed("INVALID_TOKEN", data.ErrorTarget ?? data.Target);
        if (user is null)
            return await RegisterAsync(token, data, visitor, cancellationToken);
        if (await guard.LockedForAsync(user, visitor, cancellationToken) is not null)
            return new MagicLinkResult.Failed("ACCOUNT_LOCKED", data.ErrorTarget ?? data.Target);
        return await SignInAsync(token, data, user, data.Target, visitor, cancellationToken);
    }

    async Task<MagicLinkResult> SignInAsync(VerificationToken token, MagicLinkData data, User user, string target, Visitor visitor, CancellationToken cancellationToken)
    {
        var key = await access.SigningKeyAsync(cancellationToken);
        var origin = new SignInOrigin(null, null, visitor.Client.UserAgent, visitor.Client.IpAddress, false);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(user.Id, cancellationToken) is not { } account || account.NormalizedEmail != token.Address || !await tokens.ConsumeAsync(token, cancellationToken))
            return new MagicLinkResult.Failed("ATTEMPTS_EXCEEDED", data.ErrorTarget ?? data.Target);
        if (account.BlockedAt is not null)
        {
            security.Record(SecurityEventTypes.LoginFailure, account.Id, visitor.Client, ("code", "ACCOUNT_BLOCKED"), ("method", AuthenticationMethods.Mail));
            return new MagicLinkResult.Failed("ACCOUNT_BLOCKED", data.ErrorTarget ?? data.Target);
        }

        var proved = !account.EmailConfirmed;
        if (proved)
            account = await TakeOverAsync(account, cancellationToken);
        var trust = account.TwoFactorEnabled ? await trusted.UseAsync(visitor, account, cancellationToken) : null;
        if (account.TwoFactorEnabled && trust is null)
        {
            var waiting = await pending.BeginAsync(account, AuthenticationMethods.Mail, origin, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return new MagicLinkResult.SecondFactorNeeded(waiting, data.Target);
        }

        var started = await sessions.StartAsync(key, account, origin, [AuthenticationMethods.Mail], visitor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (proved)
            security.Record(SecurityEventTypes.EmailVerified, account.Id, visitor.Client);
        metrics.Login("success");
        security.Record(SecurityEventTypes.LoginSuccess, account.Id, visitor.Client, ("method", AuthenticationMethods.Mail));
        return new MagicLinkResult.SignedIn(started with { TrustToken = trust }, devices.Remember(visitor.DeviceCookie, account), target);
    }

    /// <summary>
    /// Nobody had proved this address before. Whoever registered it may be somebody else who hopes that its owner will use the account: their
    /// password, sessions, factors and keys go (W32).
    /// </summary>
    async Task<User> TakeOverAsync(User account, CancellationToken cancellationToken)
    {
        await credentials.RemovePasswordAsync(account.Id, cancellationToken);
        await eviction.EvictAsync(account.Id, null, Reason, cancellationToken);
        await tokens.VoidAsync(account.Id, cancellationToken, VerificationPurpose.Verification, VerificationPurpose.Reset, VerificationPurpose.Change);
        events.Add(database, new EmailVerified(account.Id, time.GetUtcNow()));
        await database.SaveChangesAsync(cancellationToken);
        return await database.Users.AsNoTracking().SingleAsync(row => row.Id == account.Id, cancellationToken);
    }

    /// <summary>An account without a password, by the same pipeline as any other; its address is proved already.</summary>
    async Task<MagicLinkResult> RegisterAsync(VerificationToken token, MagicLinkData data, Visitor visitor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var user = new User
        {
            Id = ids.NewId(),
            Name = string.IsNullOrWhiteSpace(data.Name) ? EmailAddress.LocalPart(token.Address) : data.Name,
            Email = token.Address,
            EmailConfirmed = true,
            CreatedAt = now,
            UpdatedAt = now,
        };
        switch (await creation.CreateAsync(user, data.Target, visitor.Locale, cancellationToken))
        {
            case Creation.Created:
                security.Record(SecurityEventTypes.Register, user.Id, visitor.Client);
                var account = await database.Users.AsNoTracking().SingleAsync(row => row.Id == user.Id, cancellationToken);
                return await SignInAsync(token, data, account, data.NewUserTarget ?? data.Target, visitor, cancellationToken);
            case Creation.DayIsFull:
                return new MagicLinkResult.Failed("SIGNUP_LIMIT_REACHED", data.ErrorTarget ?? data.Target);
            default:
                return new MagicLinkResult.Failed("INVALID_TOKEN", data.ErrorTarget ?? data.Target);
        }
    }

    async Task<(VerificationToken? Token, MagicLinkResult.Failed? Failure)> FindAsync(string? text, CancellationToken cancellationToken)
    {
        switch (await tokens.LookAsync(text, cancellationToken, VerificationPurpose.MagicLink))
        {
            case MailedToken.Good good:
                return (good.Token, null);
            case MailedToken.Expired:
                return (null, new MagicLinkResult.Failed("EXPIRED_TOKEN", null));
            default:
                return (null, new MagicLinkResult.Failed(await tokens.WasUsedAsync(text, VerificationPurpose.MagicLink, cancellationToken) ? "ATTEMPTS_EXCEEDED" : "INVALID_TOKEN", null));
        }
    }
}
