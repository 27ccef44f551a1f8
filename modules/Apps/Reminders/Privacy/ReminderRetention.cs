using Mana.Apps.Reminders.Data;
using Mana.Apps.Wire.Idempotency;
using Mana.Kernel.Jobs;
using Npgsql;

namespace Mana.Apps.Reminders.Privacy;

/// <summary>Forgets what is older than compute.md 8.10 says: deliveries after 30 days, firings and deleted rules after 90.</summary>
internal sealed class ReminderRetention(NpgsqlDataSource database, IdempotencyStore keys, ReminderOptions options, TimeProvider time) : IManaJob
{
    static readonly string[] Purges =
    [
        """
        DELETE FROM apps.reminder_deliveries WHERE id IN (SELECT id FROM apps.reminder_deliveries
          WHERE created_at <= $1 AND state NOT IN ('pending', 'leased') ORDER BY created_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
        """,
        """
        DELETE FROM apps.reminder_instances WHERE id IN (SELECT id FROM apps.reminder_instances
          WHERE created_at <= $2 AND fire_at <= $2 AND state NOT IN ('pending', 'snoozed', 'claimed') ORDER BY created_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
        """,
        "DELETE FROM apps.reminder_rules WHERE id IN (SELECT id FROM apps.reminder_rules WHERE deleted_at <= $2 ORDER BY deleted_at LIMIT 1000 FOR UPDATE SKIP LOCKED)",
    ];

    public Task RunAsync(CancellationToken cancellationToken) => PurgeAsync(cancellationToken);

    /// <summary>How many rows went.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var (now, total) = (time.GetUtcNow(), 0);
        foreach (var purge in Purges)
            for (var gone = -1; gone != 0; total += gone)
            {
                await using var command = database.Command(purge, now.AddDays(-options.DeliveryDays), now.AddDays(-options.InstanceDays));
                gone = await command.ExecuteNonQueryAsync(cancellationToken);
            }

        return total + await keys.PurgeAsync();
    }
}
