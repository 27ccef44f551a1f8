using Mana.Apps.Reminders.Data;
using Npgsql;

namespace Mana.Apps.Reminders.Delivery;

/// <summary>A delivery in the hands of this host, until its lease ends.</summary>
internal sealed record LeasedDelivery(
    Guid Id, Guid? InstanceId, string UserId, string AppId, string Channel, Guid? Target, string Key, int Attempt, DateTimeOffset FirstAttemptAt, string Payload, DateTimeOffset AnchorAt, bool Critical,
    DateTimeOffset DueAt);

/// <summary>What became of an attempt.</summary>
/// <param name="State"><c>sent</c>, <c>dead</c>, or <c>pending</c> once more at <paramref name="NextAt"/>.</param>
/// <param name="Counts">False when there was no attempt: quiet hours.</param>
internal sealed record Settlement(LeasedDelivery Delivery, string State, DateTimeOffset NextAt, string? Error, string? ProviderId, bool Counts = true);

/// <summary>
/// The SQL of deliveries. A lease is a state with an end: then the delivery is due again, whatever became of the host that took it.
/// </summary>
internal sealed class DeliveryQueue(NpgsqlDataSource database)
{
    const string Lease = """
        UPDATE apps.reminder_deliveries d SET state = 'leased', next_attempt_at = $2, lease_owner = $3, attempt = attempt + 1, first_attempt_at = CASE WHEN attempt = 0 THEN $1 ELSE first_attempt_at END
        FROM (SELECT id, next_attempt_at AS due_at FROM apps.reminder_deliveries WHERE state IN ('pending', 'leased') AND next_attempt_at <= $1
          ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED) due
        WHERE d.id = due.id
        RETURNING d.id, d.instance_id, d.user_id, d.app_id, d.channel, d.target_id, d.idempotency_key, d.attempt, d.first_attempt_at, d.payload::text, d.anchor_at, d.critical, due.due_at
        """;

    // A success counts also when the lease is over: the message is out, and must not go out once more. A failure only of whoever holds the lease.
    const string Settle = """
        UPDATE apps.reminder_deliveries d SET state = u.state, next_attempt_at = u.next_at, last_error = u.error, provider_message_id = u.provider_id, lease_owner = NULL,
          attempt = d.attempt - CASE WHEN u.counts THEN 0 ELSE 1 END, sent_at = CASE WHEN u.state = 'sent' THEN $8 END, payload = CASE WHEN u.state = 'pending' THEN d.payload END
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::bool[], $7::int[]) AS u (id, state, next_at, error, provider_id, counts, attempt)
        WHERE d.id = u.id AND d.state IN ('pending', 'leased') AND (u.state = 'sent' OR (d.state = 'leased' AND d.attempt = u.attempt))
        """;

    /// <summary>One success is enough, and nothing is failed before everything is (8.7).</summary>
    const string Conclude = """
        UPDATE apps.reminder_instances i SET state = 'done', outcome = o.outcome, sent_at = CASE WHEN o.outcome = 'sent' THEN $2 END,
          write_back = EXISTS (SELECT FROM apps.reminder_rules r WHERE r.id = i.rule_id AND r.origin_key LIKE 'todo/reminders/%')
        FROM (SELECT d.instance_id, CASE WHEN bool_or(d.state = 'sent') THEN 'sent' WHEN bool_or(d.state IN ('pending', 'leased')) THEN NULL ELSE 'failed' END AS outcome
          FROM apps.reminder_deliveries d JOIN apps.reminder_instances i ON i.id = d.instance_id AND i.firing = d.firing WHERE d.instance_id = ANY($1) GROUP BY d.instance_id) o
        WHERE i.id = o.instance_id AND i.state = 'claimed' AND o.outcome IS NOT NULL
        """;

    const string Next = "SELECT min(next_attempt_at) FROM apps.reminder_deliveries WHERE state IN ('pending', 'leased')";

    public async Task<List<LeasedDelivery>> LeaseAsync(DateTimeOffset now, DateTimeOffset until, Guid owner, int most, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Lease, now, until, owner, most);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var leased = new List<LeasedDelivery>();
        while (await row.ReadAsync(cancellationToken))
            leased.Add(new LeasedDelivery(
                row.GetGuid(0), row.OrNull<Guid>(1), row.GetString(2), row.GetString(3), row.GetString(4), row.OrNull<Guid>(5), row.GetString(6), row.GetInt32(7), row.GetFieldValue<DateTimeOffset>(8),
                row.GetString(9), row.GetFieldValue<DateTimeOffset>(10), row.GetBoolean(11), row.GetFieldValue<DateTimeOffset>(12)));
        return leased;
    }

    public async Task SettleAsync(IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Settle,
        [
            settlements.Select(one => one.Delivery.Id).ToArray(), settlements.Select(one => one.State).ToArray(), settlements.Select(one => one.NextAt).ToArray(),
            ReminderSql.Texts([.. settlements.Select(one => one.Error)]), ReminderSql.Texts([.. settlements.Select(one => one.ProviderId)]), settlements.Select(one => one.Counts).ToArray(),
            settlements.Select(one => one.Delivery.Attempt).ToArray(), now,
        ], cancellationToken);
        var over = settlements.Where(one => one.State != "pending" && one.Delivery.InstanceId is not null).Select(one => one.Delivery.InstanceId!.Value).Distinct().Order().ToArray();
        if (over.Length > 0)
            await connection.ExecuteAsync(Conclude, [over, now], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>When the next one is due; null when nothing waits.</summary>
    public async Task<DateTimeOffset?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Next);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime next ? new DateTimeOffset(next, TimeSpan.Zero) : null;
    }
}
