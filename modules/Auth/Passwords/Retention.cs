using Mana.Kernel.Jobs;
using Npgsql;

namespace Mana.Auth.Passwords;

/// <summary>Removes what limits and mails no longer need: attempts after 30 days (auth.md 4.3, item 13), the rest when it has lost its meaning.</summary>
internal sealed class Retention(NpgsqlDataSource database, TimeProvider time) : IManaJob
{
    const int Batch = 1000;

    /// <summary>An expired token stays for a while, so that its owner is told that it has expired and not that it never was.</summary>
    static readonly (string Table, string Instant, TimeSpan Kept)[] Rules =
    [
        ("login_attempts", "attempted_at", TimeSpan.FromDays(30)),
        ("login_locks", "locked_until", TimeSpan.FromDays(30)),
        ("mail_allowances", "since", TimeSpan.FromDays(2)),
        ("verification_tokens", "expires_at", TimeSpan.FromDays(7)),
        ("pending_sign_ins", "expires_at", TimeSpan.Zero),
        ("trusted_devices", "expires_at", TimeSpan.Zero),
        ("passkey_challenges", "expires_at", TimeSpan.Zero),
        ("passkey_failures", "since", TimeSpan.FromHours(1)),
        ("invitations", "expires_at", TimeSpan.FromDays(30)),
    ];

    public Task RunAsync(CancellationToken cancellationToken) => PurgeAsync(cancellationToken);

    /// <summary>Returns the number of rows removed. Safe to run on several hosts at once and to kill at any moment.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var (table, instant, kept) in Rules)
        {
            int batch;
            do
            {
                await using var command = database.CreateCommand($"""
                    DELETE FROM auth.{table} WHERE ctid IN (
                      SELECT ctid FROM auth.{table} WHERE {instant} <= $1 ORDER BY {instant} LIMIT {Batch} FOR UPDATE SKIP LOCKED)
                    """);
                command.Parameters.Add(new() { Value = time.GetUtcNow() - kept });
                removed += batch = await command.ExecuteNonQueryAsync(cancellationToken);
            }
            while (batch == Batch);
        }

        return removed;
    }
}
