using Mana.Apps.Data;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Firing;
using Mana.Apps.Reminders.Rules;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Apps.Reminders.Api;

/// <summary>Snooze and dismiss: what somebody does with the firing in front of them (compute.md 8.4).</summary>
internal sealed class ReminderActions(AppsDbContext database, EventWriter events, TimeProvider time)
{
    /// <summary>
    /// The one that is named; else the one that was told last and not dismissed, unless a later one was; else the next.
    /// </summary>
    const string Current = """
        SELECT i.id FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id
        WHERE r.id = $1 AND r.user_id = $2 AND r.deleted_at IS NULL AND i.state NOT IN ('cancelled', 'dismissed')
          AND CASE WHEN $4 IS NOT NULL THEN i.occurrence_key = $4
            ELSE i.state IN ('pending', 'snoozed') OR NOT EXISTS (SELECT FROM apps.reminder_instances d WHERE d.rule_id = r.id AND d.state = 'dismissed' AND d.fire_at BETWEEN i.fire_at AND $3) END
        ORDER BY i.state IN ('claimed', 'done', 'snoozed', 'missed') DESC, CASE WHEN i.state = 'pending' THEN i.fire_at END, i.fire_at DESC LIMIT 1 FOR UPDATE OF i
        """;

    const string Dismissed = """
        SELECT EXISTS (SELECT FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id
          WHERE r.id = $1 AND r.user_id = $2 AND r.deleted_at IS NULL AND i.state = 'dismissed' AND ($3 IS NULL OR i.occurrence_key = $3))
        """;

    const string Snooze = """
        UPDATE apps.reminder_instances SET state = 'snoozed', fire_at = $2, firing = firing + 1, outcome = NULL, write_back = false, push_suppressed = false WHERE id = $1
        """;

    const string Dismiss = "UPDATE apps.reminder_instances SET state = 'dismissed' WHERE id = $1";

    public Task<bool> SnoozeAsync(string userId, Guid id, string? occurrence, DateTimeOffset until, CancellationToken cancellationToken) => ActAsync(
        userId, id, occurrence, "snoozed", (connection, instance) => connection.ExecuteAsync(Snooze, [instance, until], cancellationToken), cancellationToken);

    /// <summary>Of one firing, for good: also when the record is edited, unless that moves it. A series goes on. Doing it again changes nothing.</summary>
    public async Task<bool> DismissAsync(string userId, Guid id, string? occurrence, CancellationToken cancellationToken) =>
        await ActAsync(userId, id, occurrence, "dismissed", (connection, instance) => connection.ExecuteAsync(Dismiss, [instance], cancellationToken), cancellationToken)
        || await IsDismissedAsync(userId, id, occurrence, cancellationToken);

    public DateTimeOffset After(int minutes) => time.GetUtcNow().AddMinutes(minutes);

    async Task<bool> ActAsync(string userId, Guid id, string? occurrence, string why, Func<NpgsqlConnection, Guid, Task> change, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var connection = (NpgsqlConnection)database.Database.GetDbConnection();
        await using (var command = connection.Command(Current, id, userId, time.GetUtcNow(), ReminderSql.Text(occurrence)))
        {
            if (await command.ExecuteScalarAsync(cancellationToken) is not Guid instance)
                return false;
            await Scheduler.WithdrawAsync(connection, [instance], why, cancellationToken);
            await change(connection, instance);
        }

        // Nobody else may be left who carries the series on.
        events.Add(database, new ScheduleOutdated(userId, id));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    async Task<bool> IsDismissedAsync(string userId, Guid id, string? occurrence, CancellationToken cancellationToken)
    {
        await database.Database.OpenConnectionAsync(cancellationToken);
        await using var command = ((NpgsqlConnection)database.Database.GetDbConnection()).Command(Dismissed, id, userId, ReminderSql.Text(occurrence));
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
