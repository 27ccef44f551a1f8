using System.Security.Cryptography;
using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Passkeys;

/// <summary>
/// Ten wrong answers for one credential within a minute close it for five (auth.md 3.5), on all hosts, and whether it exists or not. Other
/// ways to sign in stay open.
/// </summary>
internal sealed class PasskeyFailures(AuthDbContext database, TimeProvider time)
{
    public const int Most = 10;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Block = TimeSpan.FromMinutes(5);

    /// <summary>Seconds until it opens again; null when it is open.</summary>
    public async Task<int?> BlockedForAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        var (hash, now) = (SHA256.HashData(credentialId), time.GetUtcNow());
        var until = await database.Set<PasskeyFailure>().Where(row => row.CredentialHash == hash && row.BlockedUntil > now).Select(row => row.BlockedUntil).SingleOrDefaultAsync(cancellationToken);
        return until is { } end ? (int)Math.Ceiling((end - now).TotalSeconds) : null;
    }

    public Task CountAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        var (hash, now) = (SHA256.HashData(credentialId), time.GetUtcNow());
        var (over, end) = (now - Window, now + Block);
        return database.Database.ExecuteSqlAsync($"""
            INSERT INTO auth.passkey_failures AS row (credential_hash, since, failures) VALUES ({hash}, {now}, 1)
            ON CONFLICT (credential_hash) DO UPDATE SET
              since = CASE WHEN row.since <= {over} THEN EXCLUDED.since ELSE row.since END,
              failures = CASE WHEN row.since <= {over} THEN 1 ELSE row.failures + 1 END,
              blocked_until = CASE WHEN row.since > {over} AND row.failures + 1 >= {Most} THEN {end} ELSE row.blocked_until END
            """, cancellationToken);
    }

    public Task ForgetAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(credentialId);
        return database.Set<PasskeyFailure>().Where(row => row.CredentialHash == hash).ExecuteDeleteAsync(cancellationToken);
    }
}
