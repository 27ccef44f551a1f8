using Mana.Apps.Reminders.Preferences;
using Mana.Auth.Contracts;
using Mana.Notifications.Contracts;
using NodaTime;

namespace Mana.Apps.Reminders.Delivery;

/// <summary>One attempt at one delivery, and what follows from it.</summary>
internal sealed class ReminderSender(INotificationChannels channels, IMailer mailer, IAccountDirectory accounts, IErasedUsers erased, ReminderRetries retries, ReminderOptions options, TimeProvider time)
{
    /// <summary>Quiet hours put a reminder off, unless what it is about would be over for so long by then (8.8).</summary>
    static readonly Duration TooLate = Duration.FromHours(12);
    static readonly TimeSpan AfterAnchor = TimeSpan.FromHours(1);

    public async Task<Settlement> SendAsync(LeasedDelivery delivery, PersonalSettings person, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // Claims that ended without an answer: whatever happens to hosts that take it is not to go on for ever.
        if (delivery.Attempt > options.MaxAttempts)
            return new Settlement(delivery, "dead", now, "attempts", null);
        // It was in hand when its person's erasure was decided on.
        if (await erased.IsErasedAsync(delivery.UserId, cancellationToken))
            return new Settlement(delivery, "dead", now, "erased", null);
        if (QuietUntil(delivery, person, now) is { } quietUntil)
            return new Settlement(delivery, "pending", quietUntil, "quiet", null, Counts: false);
        return await AttemptAsync(delivery, person, now, cancellationToken) switch
        {
            ChannelResult.Sent sent => new Settlement(delivery, "sent", now, null, sent.ProviderId),
            ChannelResult.Dead dead => new Settlement(delivery, "dead", now, dead.Code, null),
            ChannelResult.Later later when retries.After(delivery, later.RetryAfter, time.GetUtcNow()) is { } at => new Settlement(delivery, "pending", at, later.Code, null),
            ChannelResult.Later later => new Settlement(delivery, "dead", now, later.Code, null),
            _ => throw new InvalidOperationException("There is no other result."),
        };
    }

    async Task<ChannelResult> AttemptAsync(LeasedDelivery delivery, PersonalSettings person, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var payload = ReminderPayload.Read(delivery.Payload);
        if (delivery.Channel == Channel.Email && !channels.IsOutside)
            return await MailAsync(delivery, payload, person, cancellationToken);
        var life = delivery.AnchorAt + AfterAnchor - now;
        return await channels.SendAsync(
            new ChannelMessage(delivery.Channel, delivery.Target, delivery.UserId, delivery.AppId, delivery.Key, payload.Title, payload.Body, delivery.Payload, life > AfterAnchor ? life : AfterAnchor),
            cancellationToken);
    }

    /// <summary>Sent is what the mail queue has; it tries again by itself, under the same key.</summary>
    async Task<ChannelResult> MailAsync(LeasedDelivery delivery, ReminderPayload payload, PersonalSettings person, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(delivery.UserId, cancellationToken) is not { EmailVerified: true } account)
            return new ChannelResult.Dead("no_address");
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["title"] = payload.Title, ["when"] = payload.Body, ["openLink"] = options.WebBaseUrl!.TrimEnd('/') + payload.Url, ["settingsLink"] = options.WebBaseUrl!.TrimEnd('/') + "/settings/notifications",
        };
        try
        {
            await mailer.EnqueueAsync(
                new Mail("reminder:" + delivery.Key, MailTemplates.Reminder, account.Email, person.Locale, delivery.UserId, values, delivery.AnchorAt + TimeSpan.FromDays(1)), cancellationToken);
        }
        catch (ArgumentException)
        {
            // An address that the mail queue does not take.
            return new ChannelResult.Dead("refused");
        }

        return new ChannelResult.Sent(null);
    }

    static DateTimeOffset? QuietUntil(LeasedDelivery delivery, PersonalSettings person, DateTimeOffset now)
    {
        if (delivery.Channel != Channel.Push || delivery.Critical || person.Quiet?.EndOf(Instant.FromDateTimeOffset(now), person.Zone) is not { } end)
            return null;
        return end - Instant.FromDateTimeOffset(delivery.AnchorAt) > TooLate ? null : end.ToDateTimeOffset();
    }
}
