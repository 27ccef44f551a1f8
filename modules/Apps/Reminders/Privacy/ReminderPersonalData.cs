using System.Text.Json;
using Mana.Apps.Reminders.Api;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Wire;
using Mana.Kernel.Privacy;
using Mana.Notifications.Contracts;
using Npgsql;

namespace Mana.Apps.Reminders.Privacy;

/// <summary>Rules, what was sent, and preferences of a person; rules of others about the person's records go with the records.</summary>
internal sealed class ReminderPersonalData(NpgsqlDataSource database, INotificationChannels channels) : IPersonalData
{
    const string Deliveries = "SELECT app_id, channel, state, attempt, created_at, sent_at FROM apps.reminder_deliveries WHERE user_id = $1 ORDER BY created_at, id";

    const string Preferences = """
        SELECT to_json(p) FROM (SELECT email_enabled, push_enabled, webhook_enabled, quiet_hours_enabled, quiet_hours_start, quiet_hours_end, timezone, locale, default_all_day_time,
          category_preferences FROM apps.reminder_preferences WHERE user_id = $1) p
        """;

    /// <summary>Instances go with their rules.</summary>
    const string Erase = """
        WITH deliveries AS (DELETE FROM apps.reminder_deliveries WHERE user_id = $1), preferences AS (DELETE FROM apps.reminder_preferences WHERE user_id = $1)
        DELETE FROM apps.reminder_rules WHERE user_id = $1
        """;

    const string Count = """
        SELECT (SELECT count(*) FROM apps.reminder_rules WHERE user_id = $1) + (SELECT count(*) FROM apps.reminder_deliveries WHERE user_id = $1)
             + (SELECT count(*) FROM apps.reminder_preferences WHERE user_id = $1)
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
        await DeliveriesAsync(json, userId, cancellationToken);
        json.WriteEndObject();
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Erase, userId);
        await command.ExecuteNonQueryAsync(cancellationToken);
        // A browser that is nobody's any more must not be told anything, whichever module is asked first.
        await channels.ForgetAsync(userId, cancellationToken);
    }

    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Count, userId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

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
            json.WriteEndObject();
            await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
    }
}
