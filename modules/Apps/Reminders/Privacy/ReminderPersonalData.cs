using System.Text.Json;
using Mana.Apps.Reminders.Api;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Rules;
using Mana.Apps.Wire;
using Mana.Kernel.Privacy;
using Mana.Notifications.Contracts;
using Npgsql;

namespace Mana.Apps.Reminders.Privacy;

/// <summary>Rules, what was sent, and preferences of a person; rules of others about the person's records go with the records.</summary>
internal sealed class ReminderPersonalData(NpgsqlDataSource database, INotificationChannels channels) : IPersonalData
{
    const string Deliveries = "SELECT app_id, channel, state, attempt, created_at, sent_at, payload::text FROM apps.reminder_deliveries WHERE user_id = $1 ORDER BY created_at, id";

    const string Words = """
        SELECT id, title_hint, title_hint_enc, body_hint, url, critical, at_utc, deleted_at FROM apps.reminder_rules
        WHERE user_id = $1 AND (num_nonnulls(title_hint, title_hint_enc, body_hint, url, at_utc, deleted_at) > 0 OR critical) ORDER BY created_at, id
        """;

    const string Preferences = """
        SELECT to_json(p) FROM (SELECT email_enabled, push_enabled, webhook_enabled, quiet_hours_enabled, quiet_hours_start, quiet_hours_end, timezone, locale, default_all_day_time,
          category_preferences FROM apps.reminder_preferences WHERE user_id = $1) p
        """;

    /// <summary>Requests that may be repeated; what they were answered is what they made, which is told above.</summary>
    const string Requests = "SELECT coalesce(json_agg(json_build_object('route', route, 'key', key, 'startedAt', started_at) ORDER BY started_at), '[]')::text FROM apps.idempotency_keys WHERE user_id = $1";

    /// <summary>Instances go with their rules. This waits for claims under way, which write deliveries; from then on there is nothing to claim.</summary>
    const string EraseRules = "DELETE FROM apps.reminder_rules WHERE user_id = $1";

    /// <summary>Its own statement, so that it sees what those claims wrote.</summary>
    const string EraseRest = """
        WITH deliveries AS (DELETE FROM apps.reminder_deliveries WHERE user_id = $1), preferences AS (DELETE FROM apps.reminder_preferences WHERE user_id = $1),
          keys AS (DELETE FROM apps.idempotency_keys WHERE user_id = $1)
        DELETE FROM apps.outbox WHERE type = $2 AND payload->>'userId' = $1
        """;

    const string Count = """
        SELECT (SELECT count(*) FROM apps.reminder_rules WHERE user_id = $1) + (SELECT count(*) FROM apps.reminder_deliveries WHERE user_id = $1)
             + (SELECT count(*) FROM apps.reminder_preferences WHERE user_id = $1) + (SELECT count(*) FROM apps.idempotency_keys WHERE user_id = $1)
        """;

    public string Module => "reminders";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WritePropertyName("preferences");
        await using (var command = database.Command(Preferences, userId))
            json.WriteRawValue(await command.ExecuteScalarAsync(cancellationToken) as string ?? "null");
        json.WriteStartArray("reminders");
        await using (var command = database.Command($"{ReminderView.From} WHERE r.user_id = $1 ORDER BY r.created_at, r.id", userId))
            foreach (var view in await ReminderView.ReadAsync(command, cancellationToken))
                JsonSerializer.Serialize(json, view, AppsJson.Options);
        json.WriteEndArray();
        await WordsAsync(json, userId, cancellationToken);
        await DeliveriesAsync(json, userId, cancellationToken);
        json.WritePropertyName("requests");
        await using (var command = database.Command(Requests, userId))
            json.WriteRawValue((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        json.WriteEndObject();
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(EraseRules, [userId], cancellationToken);
            await connection.ExecuteAsync(EraseRest, [userId, ScheduleOutdated.Name], cancellationToken);
        }

        // A browser that is nobody's any more must not be told anything, whichever module is asked first.
        await channels.ForgetAsync(userId, cancellationToken);
    }

    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Count, userId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What the person has told us to say, and where to lead: only of reminders that have any of it.</summary>
    async Task WordsAsync(Utf8JsonWriter json, string userId, CancellationToken cancellationToken)
    {
        string[] names = ["titleHint", "titleHintEnc", "bodyHint", "url"];
        json.WriteStartArray("words");
        await using var command = database.Command(Words, userId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            json.WriteStartObject();
            json.WriteString("reminderId", row.GetGuid(0));
            for (var i = 0; i < names.Length; i++)
                if (row.TextOrNull(i + 1) is { } text)
                    json.WriteString(names[i], text);
            json.WriteBoolean("critical", row.GetBoolean(5));
            if (row.OrNull<DateTimeOffset>(6) is { } at)
                json.WriteString("at", at);
            if (row.OrNull<DateTimeOffset>(7) is { } deletedAt)
                json.WriteString("deletedAt", deletedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>With what was told, as long as it is kept: the inbox, and what waits to be sent.</summary>
    async Task DeliveriesAsync(Utf8JsonWriter json, string userId, CancellationToken cancellationToken)
    {
        json.WriteStartArray("deliveries");
        await using var command = database.Command(Deliveries, userId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            json.WriteStartObject();
            json.WriteString("appId", row.GetString(0));
            json.WriteString("channel", row.GetString(1));
            json.WriteString("state", row.GetString(2));
            json.WriteNumber("attempts", row.GetInt32(3));
            json.WriteString("createdAt", row.GetFieldValue<DateTimeOffset>(4));
            if (!row.IsDBNull(5))
                json.WriteString("sentAt", row.GetFieldValue<DateTimeOffset>(5));
            if (row.TextOrNull(6) is { } payload)
            {
                json.WritePropertyName("notification");
                json.WriteRawValue(payload);
            }

            json.WriteEndObject();
            await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
    }
}
