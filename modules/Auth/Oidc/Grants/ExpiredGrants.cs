using Mana.Kernel.Jobs;
using Npgsql;

namespace Mana.Auth.Oidc.Grants;

/// <summary>Removes what has no meaning any more. A used refresh token stays until it would have ended: until then it is the tripwire for a stolen copy.</summary>
internal sealed class ExpiredGrants(NpgsqlDataSource database, TimeProvider time) : IManaJob
{
    /// <summary>Of a request that is over.</summary>
    public const string NoParameters = "{}";

    const int Batch = 1000;

    /// <summary>A request for a person stays for a day when it is over, emptied, so that whoever comes late is told whose it was.</summary>
    static readonly (string Table, TimeSpan Kept)[] Rules =
    [
        ("oauth_requests", TimeSpan.FromDays(1)),
        ("oauth_codes", TimeSpan.FromHours(1)),
        ("oauth_tokens", TimeSpan.Zero),
        ("oauth_device_codes", TimeSpan.FromHours(1)),
        ("oauth_used_ids", TimeSpan.Zero),
    ];

    public Task RunAsync(CancellationToken cancellationToken) => PurgeAsync(cancellationToken);

    /// <summary>Returns the number of rows removed. Safe to run on several hosts at once and to kill at any moment.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var removed = await PurgeAsync($"SELECT ctid FROM auth.oauth_requests WHERE expires_at <= $1 AND kind <> 'authorize' LIMIT {Batch} FOR UPDATE SKIP LOCKED", "oauth_requests", TimeSpan.Zero, cancellationToken);
        await EmptyAsync(cancellationToken);
        foreach (var (table, kept) in Rules)
            removed += await PurgeAsync($"SELECT ctid FROM auth.{table} WHERE expires_at <= $1 ORDER BY expires_at LIMIT {Batch} FOR UPDATE SKIP LOCKED", table, kept, cancellationToken);
        // A grant tells which clients to tell when its session ends, so it stays as long as the session does.
        return removed + await PurgeAsync($"""
            SELECT g.ctid FROM auth.oauth_grants g WHERE g.created_at <= $1
              AND NOT EXISTS (SELECT FROM auth.oauth_tokens t WHERE t.grant_id = g.id) AND NOT EXISTS (SELECT FROM auth.oauth_codes c WHERE c.grant_id = g.id)
              AND NOT EXISTS (SELECT FROM auth.oauth_device_codes d WHERE d.grant_id = g.id)
              AND NOT EXISTS (SELECT FROM auth.sessions s WHERE s.id = g.session_id) LIMIT {Batch} FOR UPDATE OF g SKIP LOCKED
            """, "oauth_grants", TimeSpan.FromHours(1), cancellationToken);
    }

    async Task EmptyAsync(CancellationToken cancellationToken)
    {
        int emptied;
        do
        {
            await using var command = database.CreateCommand($"""
                UPDATE auth.oauth_requests SET parameters = '{NoParameters}' WHERE ctid IN
                  (SELECT ctid FROM auth.oauth_requests WHERE expires_at <= $1 AND parameters <> '{NoParameters}' LIMIT {Batch} FOR UPDATE SKIP LOCKED)
                """);
            command.Parameters.Add(new() { Value = time.GetUtcNow() });
            emptied = await command.ExecuteNonQueryAsync(cancellationToken);
        }
        while (emptied == Batch);
    }

    async Task<int> PurgeAsync(string rows, string table, TimeSpan kept, CancellationToken cancellationToken)
    {
        int removed = 0, batch;
        do
        {
            await using var command = database.CreateCommand($"DELETE FROM auth.{table} WHERE ctid IN ({rows})");
            command.Parameters.Add(new() { Value = time.GetUtcNow() - kept });
            removed += batch = await command.ExecuteNonQueryAsync(cancellationToken);
        }
        while (batch == Batch);
        return removed;
    }
}
