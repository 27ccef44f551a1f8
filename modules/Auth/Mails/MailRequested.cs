using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Auth.Keys;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;

namespace Mana.Auth.Mails;

/// <summary>
/// A mail that is owed since the commit of what it tells about. It holds an address and often a link that opens an account, so both are
/// sealed: whoever reads the outbox, or a backup of it, gets neither.
/// </summary>
/// <param name="MailId">What the seal is bound to.</param>
internal sealed record MailRequested(string MailId, byte[] Sealed) : IManaEvent
{
    public static string Name => "auth.mail_requested";
}

/// <summary>What is inside.</summary>
internal sealed record MailContent(string Template, string Recipient, string Locale, string? UserId, Dictionary<string, string> Values, DateTimeOffset? ExpiresAt);

/// <summary>
/// Hands the mail over; the event's id is its key, so a second delivery sends nothing. A mail to somebody who is erased meanwhile is dropped:
/// it would bring their address back.
/// </summary>
internal sealed class MailRequestedHandler(IMailer mailer, SecretBox secrets, IErasedUsers erased) : IManaEventHandler<MailRequested>
{
    public async Task HandleAsync(MailRequested happened, EventContext context, CancellationToken cancellationToken)
    {
        var content = JsonSerializer.Deserialize<MailContent>(secrets.Open(AccountMails.Purpose, happened.MailId, happened.Sealed), JsonSerializerOptions.Web)!;
        if (content.UserId is { } owner && await erased.IsErasedAsync(owner, cancellationToken))
            return;
        await mailer.EnqueueAsync(
            new Mail("auth:" + context.EventId, content.Template, content.Recipient, content.Locale, content.UserId, content.Values, content.ExpiresAt), cancellationToken);
    }
}
