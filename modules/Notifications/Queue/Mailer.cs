using System.Text.Json;
using Mana.Kernel.Ids;
using Mana.Notifications.Contracts;
using Mana.Notifications.Templates;
using Microsoft.Extensions.Logging;

namespace Mana.Notifications.Queue;

/// <summary>Checks a mail and queues it. What is wrong with one is a bug of the caller and thrown; what becomes of a good one is in the log.</summary>
internal sealed class Mailer(
    DeliveryStore store, LinkRule links, NotificationsOptions options, NotificationsMetrics metrics, IIdSource ids, TimeProvider time, ILogger<Mailer> log) : IMailer
{
    const int LongestKey = 200;

    public async Task EnqueueAsync(Mail mail, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var queued = new QueuedMail(
            ids.NewGuid(), CheckKey(mail.Key), mail.Template, MailLanguage.Of(mail.Locale, mail.Template).Code, CheckRecipient(mail), mail.UserId,
            JsonSerializer.Serialize(CheckValues(mail)), now, mail.ExpiresAt);
        var limits = options.Limits == true
            ? new MailLimits(options.MailsPerHour, options.PerHour.GetValueOrDefault(mail.Template, int.MaxValue))
            : new MailLimits(int.MaxValue, int.MaxValue);
        if (await store.EnqueueAsync(queued, limits, options.KeepValues == true, cancellationToken) is not { } suppressed)
            return;
        metrics.Delivered(mail.Template, MailResult.Suppressed);
        log.LogWarning("Mail {Template} {Id} is suppressed ({Reason})", mail.Template, queued.Id, suppressed);
    }

    static string CheckKey(string key) => key.Length is > 0 and <= LongestKey && !key.Any(char.IsControl)
        ? key
        : throw new ArgumentException($"A key has 1 to {LongestKey} printable characters.", nameof(key));

    static string CheckRecipient(Mail mail) =>
        MailAddressRule.Normalize(mail.Recipient) ?? throw new ArgumentException($"{mail.Template}: the recipient is not a mail address.", nameof(mail));

    /// <summary>The values to store: links in the form that was judged.</summary>
    Dictionary<string, string> CheckValues(Mail mail)
    {
        if (!MailCatalog.Values.TryGetValue(mail.Template, out var wanted))
            throw new ArgumentException($"There is no mail '{mail.Template}'.", nameof(mail));
        if (mail.Values.Keys.Except(wanted, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"{mail.Template} has no value '{unknown}'.", nameof(mail));
        return wanted.ToDictionary(name => name, name => CheckValue(mail, name), StringComparer.Ordinal);
    }

    string CheckValue(Mail mail, string name)
    {
        if (!mail.Values.TryGetValue(name, out var value) || string.IsNullOrWhiteSpace(value))
            throw new ArgumentException($"{mail.Template} needs the value '{name}'.", nameof(mail));
        if (MailValue.IsLink(name))
            return links.Accept(value) ?? throw new ArgumentException($"{mail.Template}: '{name}' does not lead to the base URL or a trusted origin.", nameof(mail));
        if (MailValue.IsInstant(name) && MailValue.ReadInstant(value) is null)
            throw new ArgumentException($"{mail.Template}: '{name}' is not an ISO 8601 instant.", nameof(mail));
        // PostgreSQL's jsonb has no place for it.
        return value.Replace("\0", "", StringComparison.Ordinal);
    }
}
