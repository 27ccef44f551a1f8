using Mana.Auth.Accounts;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.EmailChange;
using Mana.Auth.Mails;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Verification;

internal abstract record VerificationResult
{
    /// <summary>Now, or by the change of address that the link was for.</summary>
    /// <param name="Target">Where the link was made to lead.</param>
    public sealed record Verified(AccountView Account, string Target) : VerificationResult;

    public sealed record Expired : VerificationResult;

    public sealed record Invalid : VerificationResult;
}

/// <summary>Proves that an address is its owner's (auth.md 5.5). It never signs anybody in: a mail may be read by others, and by machines.</summary>
internal sealed class EmailVerification(
    AuthDbContext database, VerificationTokens tokens, AccountMails mails, AddressRequests requests, TrustedPages pages, EmailChanges changes, MailBudget budget,
    EventWriter events, SecurityLog security, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Adds token and mail to the caller's transaction.</summary>
    public async Task OweAsync(User user, string target, string locale, string? id, CancellationToken cancellationToken)
    {
        var text = await tokens.IssueAsync(VerificationPurpose.Verification, user.Id, user.Id, user.NormalizedEmail!, target, Lifetime, id, cancellationToken);
        mails.Add(user, MailTemplates.VerifyAddress, locale, time.GetUtcNow() + Lifetime, ("verifyLink", pages.VerifyLink(text, target)));
    }

    /// <summary>For any address, with one answer.</summary>
    public async Task RequestAsync(string? email, string? sourceApp, Passwords.Visitor visitor, CancellationToken cancellationToken)
    {
        if (EmailAddress.Normalize(email) is not { } address)
            return;
        requests.Add(AddressRequestKind.Verification, address, pages.SignInOf(sourceApp), visitor);
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>After a sign-in with the right password; once an hour.</summary>
    public async Task RemindAsync(User user, Passwords.Visitor visitor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!await budget.SpendAsync("verify-at-sign-in", user.NormalizedEmail!, 1, Hour, cancellationToken))
            return;
        await OweAsync(user, pages.SignInOf(null), visitor.Locale, null, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        security.Record(SecurityEventTypes.EmailVerificationResent, user.Id, visitor.Client);
    }

    /// <summary>Takes the link of a registration or of a change of address.</summary>
    public async Task<VerificationResult> VerifyAsync(string? text, ClientInfo client, CancellationToken cancellationToken)
    {
        switch (await tokens.LookAsync(text, cancellationToken, VerificationPurpose.Verification, VerificationPurpose.Change))
        {
            case MailedToken.Expired:
                return new VerificationResult.Expired();
            case MailedToken.Good { Token: { Purpose: VerificationPurpose.Change } token }:
                return await changes.ConfirmAsync(token, client, cancellationToken);
            case MailedToken.Good { Token: var token }:
                return await ConfirmAsync(token, client, cancellationToken);
            default:
                return new VerificationResult.Invalid();
        }
    }

    async Task<VerificationResult> ConfirmAsync(VerificationToken token, ClientInfo client, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!await tokens.ConsumeAsync(token, cancellationToken))
            return new VerificationResult.Invalid();
        var now = time.GetUtcNow();
        var changed = await database.Users
            .Where(user => user.Id == token.UserId && user.NormalizedEmail == token.Address && user.DeletedAt == null && !user.EmailConfirmed)
            .ExecuteUpdateAsync(user => user.SetProperty(row => row.EmailConfirmed, true).SetProperty(row => row.UpdatedAt, now), cancellationToken);
        var user = await database.Users.AsNoTracking().SingleAsync(row => row.Id == token.UserId, cancellationToken);
        if (user.NormalizedEmail != token.Address || user.DeletedAt is not null)
            return new VerificationResult.Invalid();
        if (changed == 1)
            events.Add(database, new EmailVerified(user.Id, now));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (changed == 1)
            security.Record(SecurityEventTypes.EmailVerified, user.Id, client);
        return new VerificationResult.Verified(AccountView.Of(user), VerificationTokens.TargetOf(token));
    }
}
