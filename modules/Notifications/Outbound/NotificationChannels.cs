using Mana.Notifications.Contracts;
using Mana.Notifications.Outside;
using Mana.Notifications.Push;
using Mana.Notifications.Webhooks;
using Npgsql;

namespace Mana.Notifications.Outbound;

internal sealed class NotificationChannels(
    NpgsqlDataSource database, PushOptions push, PushSender pushes, WebhookSender webhooks, OutsideOptions outside, NotifyClient notify, NotificationsMetrics metrics, TimeProvider time)
    : INotificationChannels
{
    const string Targets = """
        SELECT user_id, 'push', id FROM notify.push_subscriptions WHERE user_id = ANY($1) AND $2 AND (expires_at IS NULL OR expires_at > $3)
        UNION ALL SELECT user_id, 'webhook', id FROM notify.webhook_endpoints WHERE user_id = ANY($1) AND enabled
        """;

    const string Forget = """
        WITH subscriptions AS (DELETE FROM notify.push_subscriptions WHERE user_id = $1 RETURNING 1), endpoints AS (DELETE FROM notify.webhook_endpoints WHERE user_id = $1 RETURNING 1)
        SELECT (SELECT count(*) FROM subscriptions) + (SELECT count(*) FROM endpoints)
        """;

    public bool IsOutside => outside.IsOutside;

    public async Task<IReadOnlyList<ChannelTarget>> TargetsAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Targets);
        command.Parameters.Add(new() { Value = userIds.ToArray() });
        command.Parameters.Add(new() { Value = push.IsConfigured });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        var targets = new List<ChannelTarget>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            targets.Add(new ChannelTarget(rows.GetString(0), rows.GetString(1), rows.GetGuid(2)));
        return targets;
    }

    public async Task<ChannelResult> SendAsync(ChannelMessage message, CancellationToken cancellationToken)
    {
        var result = outside.IsOutside ? await notify.SendAsync(message, cancellationToken) : message.Channel switch
        {
            Channel.Push => await pushes.SendAsync(message, cancellationToken),
            Channel.Webhook => await webhooks.SendAsync(message, cancellationToken),
            _ => throw new ArgumentException($"{message.Channel} is not sent from here.", nameof(message)),
        };
        metrics.Attempted(message.Channel, result);
        return result;
    }

    public async Task<int> ForgetAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Forget);
        command.Parameters.Add(new() { Value = userId });
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
