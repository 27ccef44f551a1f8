using System.Text.Json;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Sources;
using NodaTime;
using Npgsql;

namespace Mana.Apps.Reminders.Preferences;

/// <summary>What people have chosen, as the scheduler needs it.</summary>
internal sealed class PreferenceStore(NpgsqlDataSource database)
{
    const string Chosen = """
        SELECT user_id, email_enabled, push_enabled, webhook_enabled, quiet_hours_enabled, quiet_hours_start, quiet_hours_end, timezone, locale, default_all_day_time, category_preferences::text
        FROM apps.reminder_preferences WHERE user_id = ANY($1)
        """;

    /// <summary>A look-up that knows everybody: whoever has chosen nothing has the defaults.</summary>
    public async Task<Func<string, PersonalSettings>> OfAsync(IEnumerable<string> userIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Chosen, [Distinct(userIds)]);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The same within a transaction: whoever holds a connection must not wait for another.</summary>
    public static async Task<Func<string, PersonalSettings>> OfAsync(NpgsqlConnection connection, IEnumerable<string> userIds, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(Chosen, [Distinct(userIds)]);
        return await ReadAsync(command, cancellationToken);
    }

    static string[] Distinct(IEnumerable<string> userIds) => [.. userIds.Distinct(StringComparer.Ordinal)];

    static async Task<Func<string, PersonalSettings>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, PersonalSettings>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            settings[row.GetString(0)] = new PersonalSettings(
                row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3), QuietOf(row.GetBoolean(4), row.OrNull<TimeOnly>(5), row.OrNull<TimeOnly>(6)),
                Zones.Find(row.GetString(7)) ?? PersonalSettings.Default.Zone, row.GetString(8), LocalTime.FromTimeOnly(row.GetFieldValue<TimeOnly>(9)), Muted(row.GetString(10)));
        return userId => settings.GetValueOrDefault(userId, PersonalSettings.Default);
    }

    static QuietHours? QuietOf(bool enabled, TimeOnly? start, TimeOnly? end) =>
        enabled && start is { } from && end is { } until ? new QuietHours(LocalTime.FromTimeOnly(from), LocalTime.FromTimeOnly(until)) : null;

    static HashSet<string> Muted(string categories)
    {
        using var json = JsonDocument.Parse(categories);
        return [.. json.RootElement.EnumerateObject().Where(category => category.Value.ValueKind == JsonValueKind.False).Select(category => category.Name)];
    }
}
