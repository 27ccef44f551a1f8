using System.Text.Json;
using Mana.Apps.Reminders.Data;
using Npgsql;

namespace Mana.Apps.Reminders.Api;

/// <summary>What comes next, and what was told inside the apps.</summary>
internal sealed class ReminderLists(NpgsqlDataSource database, TimeProvider time)
{
    const int Most = 500;

    const string UpcomingSql = """
        SELECT r.id, r.app_id, r.collection, r.source_id, i.occurrence_key, i.fire_at, i.anchor_at, i.state, r.channels FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id
        WHERE r.user_id = $1 AND i.state IN ('pending', 'snoozed') AND i.fire_at <= $2 ORDER BY i.fire_at, i.id LIMIT $3
        """;

    const string InboxSql = """
        SELECT d.id, i.rule_id, d.app_id, d.payload::text, d.created_at, i.state FROM apps.reminder_deliveries d JOIN apps.reminder_instances i ON i.id = d.instance_id
        WHERE d.user_id = $1 AND d.channel = 'inapp' AND d.state = 'sent' ORDER BY d.created_at DESC, d.id DESC LIMIT $2
        """;

    public async Task<List<UpcomingView>> UpcomingAsync(string userId, int hours, CancellationToken cancellationToken)
    {
        await using var command = database.Command(UpcomingSql, userId, time.GetUtcNow().AddHours(hours), Most);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var views = new List<UpcomingView>();
        while (await row.ReadAsync(cancellationToken))
            views.Add(new UpcomingView(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6), row.GetString(7),
                row.GetFieldValue<string[]>(8)));
        return views;
    }

    public async Task<List<InboxView>> InboxAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(InboxSql, userId, Most);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var views = new List<InboxView>();
        while (await row.ReadAsync(cancellationToken))
            views.Add(new InboxView(
                row.GetGuid(0), row.GetGuid(1), row.GetString(2), JsonSerializer.Deserialize<JsonElement>(row.GetString(3)), row.GetFieldValue<DateTimeOffset>(4), row.GetString(5) is "cancelled" or "dismissed"));
        return views;
    }
}

internal sealed record UpcomingView(
    Guid ReminderId, string AppId, string Collection, string RecordId, string OccurrenceKey, DateTimeOffset FireAt, DateTimeOffset AnchorAt, string Status, string[] Channels);

internal sealed record InboxView(Guid Id, Guid ReminderId, string AppId, JsonElement Notification, DateTimeOffset CreatedAt, bool Dismissed);
