using Mana.Auth.Data;
using Mana.Auth.MagicLink;
using Mana.Auth.Recovery;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Verification;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Mails;

/// <summary>
/// Does what was wished for, when there is an account for it; idempotent, because the token takes the event's id. Each address has its share
/// of such mails, and what is beyond it is dropped in silence (auth.md 3.5, 5.2).
/// </summary>
internal sealed class AddressRequestHandler(
    AuthDbContext database, AddressRequests requests, EmailVerification verification, PasswordReset reset, AccountMails mails, MailBudget budget, TrustedPages pages, MagicLinkRequests links,
    SecurityLog security)
    : IManaEventHandler<AddressRequested>
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public async Task HandleAsync(AddressRequested happened, EventContext context, CancellationToken cancellationToken)
    {
        var request = requests.Open(happened);
        var id = context.EventId.ToString("N");
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.NormalizedEmail == request.Address && row.DeletedAt == null, cancellationToken);
        if (await database.VerificationTokens.AnyAsync(token => token.Id == id, cancellationToken))
            return;
        var done = user is null && request.Kind != AddressRequestKind.MagicLink ? null : request.Kind switch
        {
            AddressRequestKind.MagicLink => await links.OweAsync(user, request, id, cancellationToken) ? "" : null,
            AddressRequestKind.Reset => await ResetAsync(user!, request, id, cancellationToken),
            AddressRequestKind.Verification => await VerifyAgainAsync(user!, request, id, cancellationToken),
            AddressRequestKind.Registration => await NoticeAsync(user!, request, id, cancellationToken),
            AddressRequestKind.Lock => await TellOfLockAsync(user!, request, cancellationToken),
            _ => null,
        };
        if (done is null)
            return;
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (done.Length > 0)
            security.Record(done, user!.Id, request.Client);
    }

    async Task<string?> ResetAsync(User user, AddressRequest request, string id, CancellationToken cancellationToken)
    {
        if (!await budget.SpendAsync(MailTemplates.ResetPassword, request.Address, 3, Hour, cancellationToken))
            return null;
        await reset.OweAsync(user, request.Target, request.Locale, id, cancellationToken);
        return SecurityEventTypes.PasswordResetRequested;
    }

    /// <summary>The first one of a day; a second delivery of that one finds the day's mail spent. The log has it already.</summary>
    async Task<string?> TellOfLockAsync(User user, AddressRequest request, CancellationToken cancellationToken)
    {
        if (!await budget.SpendAsync(MailTemplates.AccountLocked, request.Address, 1, TimeSpan.FromDays(1), cancellationToken))
            return null;
        mails.Add(user, MailTemplates.AccountLocked, request.Locale, null, ("endsAt", request.More!), ("resetLink", request.Target));
        return "";
    }

    async Task<string?> VerifyAgainAsync(User user, AddressRequest request, string id, CancellationToken cancellationToken)
    {
        if (user.EmailConfirmed || !await budget.SpendAsync(MailTemplates.VerifyAddress, request.Address, 3, Hour, cancellationToken))
            return null;
        await verification.OweAsync(user, request.Target, request.Locale, id, cancellationToken);
        return SecurityEventTypes.EmailVerificationResent;
    }

    /// <summary>Once an hour the owner hears that somebody tried to register; who has not verified yet also gets the link again.</summary>
    async Task<string?> NoticeAsync(User user, AddressRequest request, string id, CancellationToken cancellationToken)
    {
        var notice = await budget.SpendAsync(MailTemplates.AlreadyRegistered, request.Address, 1, Hour, cancellationToken);
        if (notice)
            mails.Add(user, MailTemplates.AlreadyRegistered, request.Locale, null, ("signInLink", pages.SignIn));
        return await VerifyAgainAsync(user, request, id, cancellationToken) ?? (notice ? "" : null);
    }
}
