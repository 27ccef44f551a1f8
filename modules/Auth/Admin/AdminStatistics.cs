using System.Text.Json.Serialization;
using Mana.Auth.SecurityEvents;
using Npgsql;

namespace Mana.Auth.Admin;

internal sealed record AdminStatsResponse(
    long TotalUsers, [property: JsonPropertyName("newUsers7d")] long NewUsers7, [property: JsonPropertyName("newUsers30d")] long NewUsers30, long ActiveSessions,
    [property: JsonPropertyName("uniqueUsers24h")] long UniqueUsersOfDay, [property: JsonPropertyName("loginSuccess7d")] long LoginSuccess,
    [property: JsonPropertyName("loginFailed7d")] long LoginFailed, [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset GeneratedAt);

/// <summary>The numbers of auth.md 17.2, of one moment. Sign-ins are counted from the security events: those are kept when a sign-in succeeds.</summary>
internal sealed class AdminStatistics(NpgsqlDataSource database, TimeProvider time)
{
    // Failures without an account count as people's.
    const string Sql = $"""
        WITH people AS (SELECT id, created_at FROM auth.users WHERE deleted_at IS NULL AND (kind = 'human' OR $2)),
        logins AS (
          SELECT e.event_type FROM auth.security_events e LEFT JOIN auth.users u ON u.id = e.user_id
          WHERE e.created_at >= $1 - interval '7 days' AND (coalesce(u.kind, 'human') = 'human' OR $2)
            AND e.event_type IN ('{SecurityEventTypes.LoginSuccess}', '{SecurityEventTypes.LoginFailure}', '{SecurityEventTypes.PasskeyLoginSuccess}', '{SecurityEventTypes.PasskeyLoginFailure}'))
        SELECT (SELECT count(*) FROM people),
          (SELECT count(*) FROM people WHERE created_at >= $1 - interval '7 days'),
          (SELECT count(*) FROM people WHERE created_at >= $1 - interval '30 days'),
          (SELECT count(*) FROM auth.sessions s JOIN people ON people.id = s.user_id WHERE s.revoked_at IS NULL AND s.expires_at > $1),
          (SELECT count(DISTINCT s.user_id) FROM auth.sessions s JOIN people ON people.id = s.user_id WHERE s.revoked_at IS NULL AND s.last_activity_at >= $1 - interval '24 hours'),
          (SELECT count(*) FROM logins WHERE event_type IN ('{SecurityEventTypes.LoginSuccess}', '{SecurityEventTypes.PasskeyLoginSuccess}')),
          (SELECT count(*) FROM logins WHERE event_type IN ('{SecurityEventTypes.LoginFailure}', '{SecurityEventTypes.PasskeyLoginFailure}'))
        """;

    public async Task<AdminStatsResponse> NowAsync(bool includePersonas, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = includePersonas });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        long Number(int column) => reader.GetInt64(column);
        return new AdminStatsResponse(Number(0), Number(1), Number(2), Number(3), Number(4), Number(5), Number(6), now);
    }
}
