using Mana.Auth.Contracts;
using Npgsql;

namespace Mana.Auth.ApiKeys;

/// <summary>One indexed query per key; a second statement at most once a minute, to note the use.</summary>
internal sealed class ApiKeyValidator(NpgsqlDataSource database, TimeProvider time) : IApiKeyValidator
{
    static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    public async ValueTask<ApiKeyVerdict> ValidateAsync(string apiKey, string? scope, CancellationToken cancellationToken)
    {
        if (!ApiKeyText.IsWellFormed(apiKey))
            return new ApiKeyVerdict.Invalid();
        var now = time.GetUtcNow();
        var (found, usedAt) = await FindAsync(ApiKeyText.Hash(apiKey), now, cancellationToken);
        if (found is null)
            return new ApiKeyVerdict.Invalid();
        if (scope is not null && !found.Scopes.Contains(scope, StringComparer.Ordinal))
            return new ApiKeyVerdict.ScopeDenied();
        if (usedAt is null || usedAt <= now - NoteEvery)
            await NoteAsync(found.KeyId, now, cancellationToken);
        return found;
    }

    async Task<(ApiKeyVerdict.Valid? Key, DateTimeOffset? UsedAt)> FindAsync(string hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT key.id, key.user_id, ARRAY(SELECT jsonb_array_elements_text(key.scopes)), key.rate_limit_requests, key.rate_limit_window, key.last_used_at
            FROM auth.api_keys key JOIN auth.users person ON person.id = key.user_id AND person.deleted_at IS NULL
            WHERE key.key_hash = $1 AND key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > $2)
            """);
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return (null, null);
        var usedAt = await reader.IsDBNullAsync(5, cancellationToken) ? (DateTimeOffset?)null : reader.GetFieldValue<DateTimeOffset>(5);
        return (new ApiKeyVerdict.Valid(
            reader.GetString(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetInt32(3), reader.GetInt32(4)), usedAt);
    }

    async Task NoteAsync(string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE auth.api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - NoteEvery });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
