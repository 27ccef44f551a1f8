using Mana.Auth.Accounts;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.Recovery;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Verification;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Auth.EmailChange;

/// <summary>
/// Another address for an account (auth.md 5.5). It changes when the link at the new address is used and not before; for seven days the old
/// address can take it back, even when the new one is not its owner's.
/// </summary>
internal sealed class EmailChanges(
    AuthDbContext database, VerificationTokens tokens, AccountMails mails, TrustedPages pages, Credentials credentials, Eviction eviction, PasswordReset reset, MailBudget budget,
    EventWriter events, SessionStanding standing, SecurityLog security, IIdSource ids, TimeProvider time)
{
    const string Reason = "email_reverted";
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);
    static readonly TimeSpan ConfirmTime = TimeSpan.FromHours(24);
    static readonly TimeSpan RevertTime = TimeSpan.FromDays(7);

    /// <summary>Null when it is under way; else why it cannot be. Whether somebody has the new address already makes no difference that shows.</summary>
    public async Task<string?> RequestAsync(CurrentUser caller, string? newEmail, string? target, Visitor visitor, CancellationToken cancellationToken)
    {
        if (EmailAddress.Normalize(newEmail) is not { } address)
            return "Invalid email address";
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var user = await credentials.LockAsync(caller.UserId, cancellationToken);
        if (user is null || user.NormalizedEmail == address)
            return "This is your address already";
        // Beyond this an account would be a way to have us write to strangers.
        if (!await budget.SpendAsync("email-change", user.NormalizedEmail!, 5, TimeSpan.FromDays(1), cancellationToken))
            return "Too many changes of address; try again tomorrow";

        var confirm = await tokens.IssueAsync(
            VerificationPurpose.Change, user.Id, user.Id, address, pages.SignInOf(target), ConfirmTime, null, cancellationToken,
            VerificationTokens.DataOf(pages.SignInOf(target), visitor.Locale));
        if (!await database.Users.AnyAsync(row => row.NormalizedEmail == address, cancellationToken))
            mails.AddTo(address, user, MailTemplates.EmailChangeConfirm, visitor.Locale, time.GetUtcNow() + ConfirmTime, ("confirmLink", pages.VerifyLink(confirm, pages.SignInOf(target))));
        // Each address that the account had keeps its own way back: a second change must not void the first one's.
        var revert = await tokens.IssueAsync(
            VerificationPurpose.Revert, $"{user.Id} {user.NormalizedEmail}", user.Id, user.NormalizedEmail!, pages.SignIn, RevertTime, null, cancellationToken);
        mails.Add(user, MailTemplates.EmailChangeNotice, visitor.Locale, time.GetUtcNow() + RevertTime, ("newAddress", address), ("revertLink", pages.RevertLink(revert)));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        security.Record(SecurityEventTypes.EmailChangeRequested, user.Id, visitor.Client);
        return null;
    }

    /// <summary>The link at the new address was used.</summary>
    public async Task<VerificationResult> ConfirmAsync(VerificationToken token, ClientInfo client, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(token.UserId!, cancellationToken) is not { } user || !await tokens.ConsumeAsync(token, cancellationToken) || !await MoveAsync(user, token.Address, cancellationToken))
            return new VerificationResult.Invalid();
        await tokens.VoidAsync(user.Id, cancellationToken, VerificationPurpose.Verification, VerificationPurpose.Reset);
        await TellAsync(user, user.Email!, token.Address, VerificationTokens.LocaleOf(token), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        security.Record(SecurityEventTypes.EmailChanged, user.Id, client);
        return new VerificationResult.Verified(AccountView.Of(await ReadAsync(user.Id, cancellationToken)), VerificationTokens.TargetOf(token));
    }

    /// <summary>
    /// The owner of the old address says no. Whoever asked for the change may hold sessions and the password, and have made keys and factors
    /// since: all of that ends, as after "that wasn't me", and a link to a new password goes to the old address, which is the account's again.
    /// </summary>
    public async Task<bool> RevertAsync(string? text, Visitor visitor, CancellationToken cancellationToken)
    {
        if (await tokens.LookAsync(text, cancellationToken, VerificationPurpose.Revert) is not MailedToken.Good { Token: var token })
            return false;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(token.UserId!, cancellationToken) is not { } user || !await tokens.ConsumeAsync(token, cancellationToken))
            return false;
        if (user.NormalizedEmail != token.Address && !await MoveAsync(user, token.Address, cancellationToken))
            return false;
        await tokens.VoidAsync(user.Id, cancellationToken, VerificationPurpose.Change, VerificationPurpose.Verification, VerificationPurpose.Reset);
        var evicted = await eviction.EvictAsync(user.Id, token.CreatedAt - Moment, Reason, cancellationToken);
        await credentials.VoidPasswordAsync(user.Id, cancellationToken);
        if (user.NormalizedEmail != token.Address)
            await TellAsync(user, user.Email!, token.Address, visitor.Locale, cancellationToken);
        await reset.OweAsync(await ReadAsync(user.Id, cancellationToken), pages.ResetOf(null), visitor.Locale, ids.NewId(), cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var session in evicted.Sessions)
            standing.End(session);
        security.Record(
            SecurityEventTypes.EmailChanged, user.Id, visitor.Client, ("reverted", true), ("sessionsEnded", evicted.Sessions.Count), ("apiKeysRevoked", evicted.ApiKeys),
            ("passkeysRemoved", evicted.Passkeys));
        return true;
    }

    public async Task<bool> MayRevertAsync(string? text, CancellationToken cancellationToken) =>
        await tokens.LookAsync(text, cancellationToken, VerificationPurpose.Revert) is MailedToken.Good;

    /// <summary>False when somebody has the address by now.</summary>
    async Task<bool> MoveAsync(User user, string address, CancellationToken cancellationToken)
    {
        try
        {
            await credentials.SetAddressAsync(user.Id, address, cancellationToken);
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: UserConfiguration.UniqueEmail })
        {
            return false;
        }

        events.Add(database, new EmailVerified(user.Id, time.GetUtcNow()));
        return true;
    }

    async Task TellAsync(User user, string before, string after, string locale, CancellationToken cancellationToken)
    {
        foreach (var recipient in (string[])[before, after])
            mails.AddTo(recipient, user, MailTemplates.EmailChanged, locale, null, ("newAddress", after), ("changedAt", AccountMails.Instant(time.GetUtcNow())), ("securityLink", pages.Security));
        await database.SaveChangesAsync(cancellationToken);
    }

    Task<User> ReadAsync(string userId, CancellationToken cancellationToken) => database.Users.AsNoTracking().SingleAsync(row => row.Id == userId, cancellationToken);
}
