using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Credits.Wire;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;

namespace Mana.Credits.SyncBilling;

/// <summary>Tells people about their sync (commerce.md 4.5, 12). The key holds the day, so nobody gets the same news twice on one day.</summary>
internal sealed class SyncMails(IMailer mailer, IAccountDirectory accounts, WebPages pages) : IManaEventHandler<SyncNotice>
{
    public async Task HandleAsync(SyncNotice happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(happened.UserId, cancellationToken) is not { } person)
            return;
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = string.IsNullOrWhiteSpace(person.Name) ? person.Email.Split('@')[0] : person.Name,
            ["syncLink"] = pages.SyncSettings,
        };
        if (happened.Kind != "paused")
            values[happened.Kind == "grace" ? "pausesAt" : "paidUntilAt"] = (happened.Until ?? happened.At).ToString("O", CultureInfo.InvariantCulture);
        var template = happened.Kind switch { "grace" => MailTemplates.SyncGrace, "paused" => MailTemplates.SyncPaused, _ => MailTemplates.SyncResumed };
        var key = string.Create(CultureInfo.InvariantCulture, $"{template}:{happened.UserId}:{happened.At.UtcDateTime:yyyy-MM-dd}");
        await mailer.EnqueueAsync(new Mail(key, template, person.Email, "de", happened.UserId, values), cancellationToken);
    }
}
