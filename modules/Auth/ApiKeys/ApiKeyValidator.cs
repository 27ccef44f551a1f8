using Mana.Auth.Contracts;
using Mana.Auth.SecurityEvents;
using Npgsql;

namespace Mana.Auth.ApiKeys;

/// <summary>
/// One indexed query per key; a second statement at most once a minute, to note the use. The log of the key's owner has its first use of a day,
/// and refusals once an hour: it tells which key somebody uses, and is no list of calls. A key that is nobody's is nobody's event.
/// </summary>
internal sealed class ApiKeyValidator(NpgsqlDataSource database, SecurityLog log, TimeProvider time) : IApiKeyValidator
{
    const int MostRefused = 10_000;
    static readonly TimeSpan RefusedEvery = TimeSpan.FromHours(1);
    static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly Dictionary<(string Key, string Code), DateTimeOffset> _refused = [];

    public async ValueTask<ApiKeyVerdict> ValidateAsync(string apiKey, string? scope, CancellationToken cancellationToken)
    {
        if (!ApiKeyText.IsWellFormed(apiKey))
            return new ApiKeyVerdict.Invalid();
        var now = time.GetUtcNow();
        var (found, usedAt, ended) = await FindAsync(ApiKeyText.Hash(apiKey), now, cancellationToken);
        if (found is null)
            return new ApiKeyVerdict.Invalid();
        if (ended)
        {
            TellRefused(found, "key_ended", now);
            return new ApiKeyVerdict.Invalid();
        }

        if (scope is not null && !found.Scopes.Contains(scope, StringComparer.Ordinal))
        {
            TellRefused(found, "scope_denied", now);
            return new ApiKeyVerdict.ScopeDenied();
        }

        if ((usedAt is null || usedAt <= now - NoteEvery) && await NoteAsync(found.KeyId, now, cancellationToken) && usedAt?.UtcDateTime.Date != now.UtcDateTime.Date)
            log.Record(SecurityEventTypes.ApiKeyValidated, found.UserId, ClientInfo.None, ("keyId", found.KeyId));
        return found;
    }

    void TellRefused(ApiKeyVerdict.Valid key, string code, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_refused.TryGetValue((key.KeyId, code), out var last) && last > now - RefusedEvery)
                return;
            if (_refused.Count >= MostRefused)
                _refused.Clear();
            _refused[(key.KeyId, code)] = now;
        }

        log.Record(SecurityEventTypes.ApiKeyValidationFailed, key.UserId, ClientInfo.None, ("keyId", key.KeyId), ("code", code));
    }

    async Task<(ApiKeyVerdict.Valid? Key, DateTimeOffset? UsedAt, bool Ended)> FindAsync(string hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT key.id, key.user_id, ARRAY(SELECT jsonb_array_elements_text(key.scopes)), key.rate_limit_requests, key.rate_limit_window, key.last_used_at,
              key.revoked_at IS NOT NULL OR COALESCE(key.expires_at <= $2, false) OR person.blocked_at IS NOT NULL
            FROM auth.api_keys key JOIN auth.users person ON person.id = key.user_id AND person.deleted_at IS NULL
            WHERE key.key_hash = $1
            """);
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return (null, null, false);
        var usedAt = await reader.IsDBNullAsync(5, cancellationToken) ? (DateTimeOffset?)null : reader.GetFieldValue<DateTimeOffset>(5);
        return (new ApiKeyVerdict.Valid(
            reader.GetString(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetInt32(3), reader.GetInt32(4)), usedAt, reader.GetBoolean(6));
    }

    /// <summary>Whether it was this host that noted it.</summary>
    async Task<bool> NoteAsync(string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE auth.api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - NoteEvery });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
