using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Sources;
using Npgsql;

namespace Mana.Apps.Reminders.Rules;

/// <summary>compute.md 8.10. What comes by sync beyond them is not scheduled; the API says so.</summary>
internal sealed class RuleLimits(ReminderOptions options)
{
    const string Counts = """
        SELECT (SELECT count(*) FROM apps.reminder_rules WHERE app_id = $2 AND collection = $3 AND source_id = $4 AND user_id = $1 AND deleted_at IS NULL),
               (SELECT count(*) FROM apps.reminder_rules WHERE user_id = $1 AND deleted_at IS NULL)
        """;

    public async Task<bool> RefusesAsync(NpgsqlConnection connection, string userId, SourceKey about, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(Counts, userId, about.AppId, about.Collection, about.Id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetInt64(0) >= options.RulesPerRecord || row.GetInt64(1) >= options.RulesPerUser;
    }
}
