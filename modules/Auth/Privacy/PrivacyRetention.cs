using Mana.Kernel.Jobs;
using Npgsql;

namespace Mana.Auth.Privacy;

/// <summary>
/// Ends what has been kept long enough (auth.md 22): addresses become networks, and the log of erased people and the vault's audit go. The
/// chains of events still hold, because they cover a digest of the address. Safe to run on several hosts at once and to kill at any moment.
/// </summary>
internal sealed class PrivacyRetention(NpgsqlDataSource database, PrivacyOptions options, TimeProvider time) : IManaJob
{
    const int Batch = 1000;

    /// <summary>Evidence that somebody was erased, and what keeps late events out: a keyed digest and instants.</summary>
    static readonly TimeSpan ErasuresKept = TimeSpan.FromDays(3 * 365);

    // The slash says that it is a network; what is no address (there is none) goes altogether.
    const string Network = """
        CASE WHEN ip_address ~ '^[0-9]{1,3}(\.[0-9]{1,3}){3}$' THEN regexp_replace(ip_address, '\.[0-9]+$', '.0/24')
          WHEN ip_address ~ '^[0-9a-fA-F:.]+(%.*)?$' THEN network(set_masklen(split_part(ip_address, '%', 1)::inet, 48))::text END
        """;

    static readonly (string Table, string Instant)[] Addresses = [("security_events", "created_at"), ("sessions", "created_at"), ("login_attempts", "attempted_at")];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (table, instant) in Addresses)
            await RepeatAsync($"""
                UPDATE auth.{table} SET ip_address = {Network} WHERE id IN (
                  SELECT id FROM auth.{table} WHERE {instant} <= $1 AND ip_address IS NOT NULL AND strpos(ip_address, '/') = 0 LIMIT {Batch} FOR UPDATE SKIP LOCKED)
                """, now - TimeSpan.FromDays(options.AddressDays), cancellationToken);
        // Without an account from the beginning, or of somebody who was erased: nobody reads these chains any more.
        await RepeatAsync($"""
            DELETE FROM auth.security_events WHERE id IN (
              SELECT id FROM auth.security_events WHERE created_at <= $1 AND user_id IS NULL LIMIT {Batch} FOR UPDATE SKIP LOCKED)
            """, now - TimeSpan.FromDays(options.ErasedLogDays), cancellationToken);
        await RepeatAsync($"""
            DELETE FROM auth.encryption_vault_audit WHERE id IN (SELECT id FROM auth.encryption_vault_audit WHERE created_at <= $1 ORDER BY created_at LIMIT {Batch})
            """, now - TimeSpan.FromDays(options.VaultAuditDays), cancellationToken);
        await RepeatAsync($"""
            DELETE FROM auth.erasures WHERE id IN (SELECT id FROM auth.erasures WHERE finished_at <= $1 LIMIT {Batch})
            """, now - ErasuresKept, cancellationToken);
    }

    async Task RepeatAsync(string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (var changed = Batch; changed == Batch;)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            // Only the vault's audit asks for these (Data/VaultAuditRetention).
            await using (var enter = new NpgsqlCommand("SELECT set_config('app.vault_audit', 'admin', true), set_config('app.vault_audit_retention', 'on', true)", connection))
                await enter.ExecuteNonQueryAsync(cancellationToken);
            await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = before } } };
            changed = await command.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
