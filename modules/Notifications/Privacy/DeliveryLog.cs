using Mana.Kernel.Jobs;
using Npgsql;

namespace Mana.Notifications.Privacy;

/// <summary>Forgets what is older than the log may be. A mail that still waits stays, however old it is.</summary>
internal sealed class DeliveryLog(NpgsqlDataSource database, NotificationsOptions options, TimeProvider time) : IManaJob
{
    const int Batch = 1000;

    public Task RunAsync(CancellationToken cancellationToken) => PurgeAsync(cancellationToken);

    /// <summary>Returns the number of rows removed. Safe to run on several hosts at once and to kill at any moment.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await PurgeAsync($"""
            DELETE FROM notify.deliveries WHERE id IN (
              SELECT id FROM notify.deliveries WHERE created_at <= $1 AND state NOT IN ('queued', 'sending') ORDER BY created_at LIMIT {Batch} FOR UPDATE SKIP LOCKED)
            """, now - TimeSpan.FromDays(options.LogDays), cancellationToken)
            + await PurgeAsync($"""
            DELETE FROM notify.suppressions WHERE address_hash IN (
              SELECT address_hash FROM notify.suppressions WHERE until <= $1 ORDER BY until LIMIT {Batch} FOR UPDATE SKIP LOCKED)
            """, now, cancellationToken);
    }

    async Task<int> PurgeAsync(string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (var removed = 0; ;)
        {
            await using var command = database.CreateCommand(sql);
            command.Parameters.Add(new() { Value = before });
            var batch = await command.ExecuteNonQueryAsync(cancellationToken);
            removed += batch;
            if (batch < Batch)
                return removed;
        }
    }
}
