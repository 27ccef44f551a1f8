using Npgsql;

namespace Mana.Kernel.Outbox;

internal sealed record ClaimedMessage(Guid Id, string Type, string Payload, DateTimeOffset OccurredAt, HashSet<string> Handled, int Attempts);

internal sealed record ParkedMessage(string Module, Guid Id, string Type, DateTimeOffset OccurredAt, DateTimeOffset ParkedAt, int Attempts, string? LastError);

/// <summary>The SQL of one module's outbox. A claim is a row lock: it ends with the transaction, also when the host is killed.</summary>
internal sealed class OutboxStore(string schema)
{
    public string Schema => schema;

    // The table is next to empty when it is planned for, and far from it when it matters: without these the oldest few of many are found by sorting all.
    const string ByIndex = "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)";

    /// <summary>The oldest ones that are due and that nobody else has claimed.</summary>
    public async Task<List<ClaimedMessage>> ClaimAsync(NpgsqlTransaction transaction, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ByIndex));
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"""
            SELECT id, type, payload::text, occurred_at, handled, attempts FROM {schema}.outbox
            WHERE parked_at IS NULL AND next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
            """) { Parameters = { new() { Value = now }, new() { Value = most } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var claimed = new List<ClaimedMessage>();
        while (await reader.ReadAsync(cancellationToken))
            claimed.Add(new ClaimedMessage(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3),
                [.. reader.GetFieldValue<string[]>(4)], reader.GetInt32(5)));
        return claimed;
    }

    /// <summary>Removes what every handler has taken, and ends the claim of all.</summary>
    public async Task CompleteAsync(NpgsqlTransaction transaction, List<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > 0)
            await ExecuteAsync(transaction, $"DELETE FROM {schema}.outbox WHERE id = ANY ($1)", cancellationToken, ids.ToArray());
        await transaction.CommitAsync(cancellationToken);
    }

    public Task PostponeAsync(
        NpgsqlTransaction transaction, ClaimedMessage message, DateTimeOffset nextAttempt, DateTimeOffset? parkedAt, string error, CancellationToken cancellationToken) =>
        ExecuteAsync(
            transaction,
            $"UPDATE {schema}.outbox SET handled = $2, attempts = attempts + 1, next_attempt_at = $3, parked_at = $4, last_error = $5 WHERE id = $1",
            cancellationToken, message.Id, message.Handled.ToArray(), nextAttempt, (object?)parkedAt ?? DBNull.Value, error);

    public async Task<(long Pending, long Parked)> CountAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT count(*) FILTER (WHERE parked_at IS NULL), count(parked_at) FROM {schema}.outbox");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    public async Task<List<ParkedMessage>> ParkedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT id, type, occurred_at, parked_at, attempts, last_error FROM {schema}.outbox WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 500");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var parked = new List<ParkedMessage>();
        while (await reader.ReadAsync(cancellationToken))
            parked.Add(new ParkedMessage(
                schema, reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetInt32(4), reader.IsDBNull(5) ? null : reader.GetString(5)));
        return parked;
    }

    /// <summary>Puts a parked event back in line; false when there is none with this id.</summary>
    public async Task<bool> RetryAsync(NpgsqlDataSource database, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"UPDATE {schema}.outbox SET parked_at = NULL, attempts = 0, next_attempt_at = $2 WHERE id = $1 AND parked_at IS NOT NULL");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = now });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    static async Task ExecuteAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(transaction, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static NpgsqlCommand Command(NpgsqlTransaction transaction, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
