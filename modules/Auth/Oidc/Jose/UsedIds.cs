using Npgsql;

namespace Mana.Auth.Oidc.Jose;

/// <summary>Remembers what may be used once, on all hosts, until it would be too old anyway.</summary>
internal sealed class UsedIds(NpgsqlDataSource database)
{
    /// <summary>False the second time.</summary>
    public async Task<bool> FirstTimeAsync(byte[] digest, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("INSERT INTO auth.oauth_used_ids (digest, expires_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING");
        command.Parameters.Add(new() { Value = digest });
        command.Parameters.Add(new() { Value = until });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
