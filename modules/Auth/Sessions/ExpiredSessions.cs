using Mana.Kernel.Jobs;
using Npgsql;

namespace Mana.Auth.Sessions;

/// <summary>
/// Removes what can no longer be used. A used refresh token stays until it would have expired anyway: until then it is the tripwire
/// for a stolen copy.
/// </summary>
internal sealed class ExpiredSessions(NpgsqlDataSource database, TimeProvider time) : IManaJob
{
    const int Batch = 1000;

    public Task RunAsync(CancellationToken cancellationToken) => PurgeAsync(cancellationToken);

    /// <summary>Returns the number of rows removed. Safe to run on several hosts at once and to kill at any moment.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await PurgeAsync("refresh_tokens", now, cancellationToken) + await PurgeAsync("sessions", now, cancellationToken);
    }

    async Task<int> PurgeAsync(string table, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var removed = 0;
        while (true)
        {
            // Rows that somebody is using at this moment are left for the next run.
            await using var command = database.CreateCommand($"""
                DELETE FROM auth.{table} WHERE id IN (
                  SELECT id FROM auth.{table} WHERE expires_at <= $1 ORDER BY expires_at LIMIT {Batch} FOR UPDATE SKIP LOCKED)
                """);
            command.Parameters.Add(new() { Value = now });
            var batch = await command.ExecuteNonQueryAsync(cancellationToken);
            removed += batch;
            if (batch < Batch)
                return removed;
        }
    }
}
