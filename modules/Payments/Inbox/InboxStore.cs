using System.Text;
using Mana.Payments.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Payments.Inbox;

/// <summary>An event that this host has in hands; the row lock ends with the transaction, also when the host is killed.</summary>
internal sealed record ClaimedEvent(
    string Id, string Type, string? ApiVersion, string? ObjectId, string? ObjectType, DateTimeOffset StripeCreated, DateTimeOffset ReceivedAt, int Attempts, HandlerAnswers Answers);

/// <summary>How an event goes on.</summary>
/// <param name="Status">As in <see cref="Data.EventRow.Status"/>.</param>
/// <param name="NextAttemptAt">Only while it is pending.</param>
internal sealed record EventState(string Status, string? Outcome, string? Error, int Attempts, DateTimeOffset? NextAttemptAt);

/// <summary>The SQL of the inbox.</summary>
internal sealed class InboxStore(NpgsqlDataSource database, StripeSubscribers subscribers, TimeProvider time, PaymentsMetrics metrics)
{
    /// <summary>Separates these locks from others on the same text.</summary>
    const long ObjectLock = 71_427_106;

    /// <summary>Stores those that are not there yet, in one round trip; returns how many.</summary>
    public async Task<int> AddAsync(IReadOnlyList<StripeEventRecord> events, string source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var happened in events)
        {
            var wanted = subscribers.Wants(happened.Type);
            metrics.Received(subscribers.Label(happened.Type));
            if (happened.ApiVersion is { } version && version != Api.StripeTransport.ApiVersion)
                metrics.OtherVersion();
            batch.BatchCommands.Add(new("""
                INSERT INTO payments.events (event_id, type, api_version, livemode, object_id, object_type, customer_id, stripe_created, payload, received_at, source, status,
                  next_attempt_at, processed_at, outcome)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $10, $13, $14) ON CONFLICT (event_id) DO NOTHING
                """)
            {
                Parameters =
                {
                    Text(happened.Id), Text(happened.Type), Text(happened.ApiVersion), new() { Value = happened.Livemode }, Text(happened.ObjectId), Text(happened.ObjectType),
                    Text(happened.CustomerId), new() { Value = happened.CreatedAt }, new() { Value = Storable(happened.Json), NpgsqlDbType = NpgsqlDbType.Jsonb },
                    new() { Value = now }, Text(source), Text(wanted ? "pending" : "processed"),
                    new() { Value = wanted ? DBNull.Value : now, NpgsqlDbType = NpgsqlDbType.TimestampTz }, Text(wanted ? null : "ignored_type"),
                },
            });
        }

        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The next event that is due, unless another host or lane has one of the same object in hands: then only its id, and it stays where it is.</summary>
    public static async Task<(ClaimedEvent? Event, string? Busy)> ClaimAsync(NpgsqlTransaction transaction, DateTimeOffset now, IReadOnlyCollection<string> except, CancellationToken cancellationToken)
    {
        ClaimedEvent claimed;
        await using (var command = Command(transaction, """
            SELECT event_id, type, api_version, object_id, object_type, stripe_created, received_at, attempts, handled FROM payments.events
            WHERE status = 'pending' AND next_attempt_at <= $1 AND event_id <> ALL ($2) ORDER BY next_attempt_at, stripe_created, event_id LIMIT 1 FOR UPDATE SKIP LOCKED
            """, new() { Value = now }, new() { Value = except.ToArray() }))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
                return (null, null);
            string? At(int column) => row.IsDBNull(column) ? null : row.GetString(column);
            claimed = new(row.GetString(0), row.GetString(1), At(2), At(3), At(4), row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6), row.GetInt32(7),
                HandlerAnswers.Parse(row.GetFieldValue<string[]>(8)));
        }

        await using var alone = Command(transaction, "SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2))", Text(claimed.ObjectId ?? claimed.Id), new() { Value = ObjectLock });
        return await alone.ExecuteScalarAsync(cancellationToken) is true ? (claimed, null) : (null, claimed.Id);
    }

    public static async Task SettleAsync(NpgsqlTransaction transaction, ClaimedEvent claimed, EventState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, """
            UPDATE payments.events SET status = $2, outcome = $3, last_error = $4, attempts = $5, next_attempt_at = coalesce($6, next_attempt_at), handled = $7,
              processed_at = CASE WHEN $2 = 'pending' THEN NULL ELSE $8 END
            WHERE event_id = $1
            """, Text(claimed.Id), Text(state.Status), Text(state.Outcome), Text(state.Error), new() { Value = state.Attempts },
            new() { Value = (object?)state.NextAttemptAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = claimed.Answers.Stored }, new() { Value = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<bool> IsPendingAsync(string eventId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT status = 'pending' FROM payments.events WHERE event_id = $1");
        command.Parameters.Add(Text(eventId));
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public async Task<(long Pending, long Parked, DateTimeOffset? Oldest)> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT (SELECT count(*) FROM payments.events WHERE status = 'pending'), (SELECT count(*) FROM payments.events WHERE status IN ('quarantined', 'dead')),
              (SELECT min(received_at) FROM payments.events WHERE status = 'pending')
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2));
    }

    /// <summary>Puts an event back in line, for all its handlers; false when there is none with this id, or it still waits.</summary>
    public async Task<bool> ReplayAsync(string eventId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            UPDATE payments.events SET status = 'pending', outcome = NULL, processed_at = NULL, attempts = 0, handled = '{}', next_attempt_at = $2
            WHERE event_id = $1 AND status <> 'pending'
            """);
        command.Parameters.Add(Text(eventId));
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>PostgreSQL's jsonb holds no NUL; what is handled is fetched again anyway.</summary>
    static string Storable(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span).Replace("\\u0000", "\\ufffd", StringComparison.Ordinal);

    static NpgsqlCommand Command(NpgsqlTransaction transaction, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.AddRange(parameters);
        return command;
    }

    static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
