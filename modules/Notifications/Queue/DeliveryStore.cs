using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Notifications.Queue;

/// <summary>
/// The SQL of the queue. A claim is a lease: state <c>sending</c> until <c>next_attempt_at</c>; then the mail is due again, whatever became of
/// the host that took it.
/// </summary>
internal sealed class DeliveryStore(NpgsqlDataSource database)
{
    /// <summary>One at a time per address, so that two hosts do not both find room below a limit.</summary>
    const string Serialize = "SELECT pg_advisory_xact_lock(hashtextextended('notify:' || $1, 0))";

    const string Insert = """
        INSERT INTO notify.deliveries (id, key, template, locale, recipient, user_id, values, state, attempts, next_attempt_at, last_error, created_at, expires_at)
        SELECT $1, $2, $3, $4, $5, $6, CASE WHEN reason IS NULL OR $13 THEN $7 END, CASE WHEN reason IS NULL THEN 'queued' ELSE 'suppressed' END, 0, $8, reason, $8, $9
        FROM (SELECT CASE
          WHEN EXISTS (SELECT FROM notify.suppressions WHERE address_hash = $10 AND until > $8) THEN 'address'
          WHEN (SELECT count(*) FROM notify.deliveries WHERE recipient = $5 AND created_at > $8 - interval '1 hour' AND state <> 'suppressed') >= $11 THEN 'recipient_rate'
          WHEN (SELECT count(*) FROM notify.deliveries WHERE recipient = $5 AND created_at > $8 - interval '1 hour' AND state <> 'suppressed' AND template = $3) >= $12 THEN 'template_rate'
        END AS reason) verdict
        ON CONFLICT (key) DO NOTHING RETURNING last_error
        """;

    const string Claim = """
        UPDATE notify.deliveries SET state = 'sending', attempts = attempts + 1, next_attempt_at = $2
        WHERE id = (SELECT id FROM notify.deliveries WHERE state IN ('queued', 'sending') AND next_attempt_at <= $1
          ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, template, locale, recipient, deliveries.values::text, attempts, expires_at
        """;

    // Also by a worker that was too slow to keep its claim: the mail is out, and must not go out once more.
    const string Sent = """
        UPDATE notify.deliveries SET state = 'sent', sent_at = $2, last_error = NULL, values = CASE WHEN $3 THEN values END
        WHERE id = $1 AND state IN ('queued', 'sending')
        """;

    const string Later = """
        UPDATE notify.deliveries SET state = 'queued', next_attempt_at = $3, last_error = $4 WHERE id = $1 AND state = 'sending' AND attempts = $2
        """;

    const string GivenUp = """
        UPDATE notify.deliveries SET state = $3, last_error = coalesce($4, last_error), values = CASE WHEN $5 THEN values END
        WHERE id = $1 AND state = 'sending' AND attempts = $2
        """;

    const string Suppress = """
        INSERT INTO notify.suppressions (address_hash, reason, until) VALUES ($1, $2, $3)
        ON CONFLICT (address_hash) DO UPDATE SET reason = excluded.reason, until = excluded.until
        """;

    /// <summary>Why it was suppressed; null when it was queued, or had been before.</summary>
    public async Task<string?> EnqueueAsync(QueuedMail mail, MailLimits limits, bool keepValues, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var serialize = Command(connection, Serialize, mail.Recipient))
            await serialize.ExecuteNonQueryAsync(cancellationToken);
        await using var insert = Command(
            connection, Insert, mail.Id, mail.Key, mail.Template, mail.Locale, mail.Recipient, Text(mail.UserId), Json(mail.Values), mail.CreatedAt, Instant(mail.ExpiresAt),
            MailAddressRule.Hash(mail.Recipient), limits.PerRecipient, limits.PerTemplate, keepValues);
        var reason = await insert.ExecuteScalarAsync(cancellationToken) as string;
        await transaction.CommitAsync(cancellationToken);
        return reason;
    }

    /// <summary>The mail that is due longest; null when none is.</summary>
    public async Task<ClaimedMail?> ClaimAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, Claim, now, until);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return new ClaimedMail(
            reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), ReadValues(reader.GetString(4)), reader.GetInt32(5),
            reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6));
    }

    public async Task SettleAsync(ClaimedMail mail, Settlement settlement, bool keepValues, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (settlement is Settlement.GivenUp { SuppressUntil: { } until, Error: { } reason })
        {
            await using var suppress = Command(connection, Suppress, MailAddressRule.Hash(mail.Recipient), reason, until);
            await suppress.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = settlement switch
        {
            Settlement.Sent sent => Command(connection, Sent, mail.Id, sent.At, keepValues),
            Settlement.Later later => Command(connection, Later, mail.Id, mail.Attempts, later.At, later.Error),
            Settlement.GivenUp given => Command(connection, GivenUp, mail.Id, mail.Attempts, given.State, Text(given.Error), keepValues),
            _ => throw new InvalidOperationException("There is no other settlement."),
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How many mails wait, and since when the oldest does.</summary>
    public async Task<(long Waiting, DateTimeOffset? Oldest)> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT count(*), min(created_at) FROM notify.deliveries WHERE state IN ('queued', 'sending')");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1));
    }

    internal static IReadOnlyDictionary<string, string> ReadValues(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;

    static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }

    static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    static NpgsqlParameter Json(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Jsonb };

    static NpgsqlParameter Instant(DateTimeOffset? value) =>
        new() { Value = (object?)value?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
