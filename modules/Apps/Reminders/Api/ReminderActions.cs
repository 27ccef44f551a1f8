using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Firing;
using Npgsql;

namespace Mana.Apps.Reminders.Api;

/// <summary>Snooze and dismiss: what somebody does with the firing in front of them (compute.md 8.4).</summary>
internal sealed class ReminderActions(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The one that was told last; else the next.</summary>
    const string Current = """
        SELECT i.id FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id
        WHERE r.id = $1 AND r.user_id = $2 AND r.deleted_at IS NULL AND i.state <> 'cancelled'
        ORDER BY i.state IN ('claimed', 'done', 'snoozed', 'missed') DESC, CASE WHEN i.state = 'pending' THEN i.fire_at END, i.fire_at DESC LIMIT 1 FOR UPDATE OF i
        """;

    const string Snooze = """
        UPDATE apps.reminder_instances SET state = 'snoozed', fire_at = $2, firing = firing + 1, outcome = NULL, write_back = false, push_suppressed = false WHERE id = $1
        """;

    const string Dismiss = "UPDATE apps.reminder_instances SET state = CASE WHEN state IN ('pending', 'snoozed', 'claimed') THEN 'cancelled' ELSE state END WHERE id = $1";

    public Task<bool> SnoozeAsync(string userId, Guid id, DateTimeOffset until, CancellationToken cancellationToken) =>
        ActAsync(userId, id, "snoozed", (connection, instance) => connection.ExecuteAsync(Snooze, [instance, until], cancellationToken), cancellationToken);

    public Task<bool> DismissAsync(string userId, Guid id, CancellationToken cancellationToken) =>
        ActAsync(userId, id, "dismissed", (connection, instance) => connection.ExecuteAsync(Dismiss, [instance], cancellationToken), cancellationToken);

    public DateTimeOffset After(int minutes) => time.GetUtcNow().AddMinutes(minutes);

    async Task<bool> ActAsync(string userId, Guid id, string why, Func<NpgsqlConnection, Guid, Task> change, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.Command(Current, id, userId);
        if (await command.ExecuteScalarAsync(cancellationToken) is not Guid instance)
            return false;
        await Scheduler.WithdrawAsync(connection, [instance], why, cancellationToken);
        await change(connection, instance);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
