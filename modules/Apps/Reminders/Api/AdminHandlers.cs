using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Privacy;
using Mana.Notifications.Contracts;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Apps.Reminders.Api;

/// <summary>What an administrator's tool asks (compute.md 7): counts, and erasure of what the server itself holds. The synchronised log is not touched.</summary>
internal static class AdminHandlers
{
    const string Counts = """
        SELECT (SELECT count(*) FROM apps.reminder_rules WHERE user_id = $1 AND deleted_at IS NULL), (SELECT count(*) FROM apps.reminder_deliveries WHERE user_id = $1)
        """;

    public static async Task<IResult> CountAsync(string userId, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Counts, userId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return Results.Ok(new { userId, counts = new { reminders = row.GetInt64(0), deliveries = row.GetInt64(1) } });
    }

    public static async Task<IResult> EraseAsync(string userId, ReminderPersonalData reminders, INotificationChannels channels, CancellationToken cancellationToken)
    {
        await reminders.EraseAsync(userId, cancellationToken);
        await channels.ForgetAsync(userId, cancellationToken);
        return Results.Ok(new { userId, deleted = true, message = "All user data deleted" });
    }
}
