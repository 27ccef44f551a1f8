using Npgsql;

namespace Mana.Auth.Privacy.Erasures;

/// <summary>An erasure that this process works on, for as long as the transaction lives that claimed it.</summary>
/// <param name="Checked">Every module has erased once, and this is the last look.</param>
internal sealed record ClaimedErasure(string Id, string UserId, string Wish, int Attempts, bool Checked);

/// <summary>
/// The SQL of the worker. The claim is a row lock, so it ends with its connection, also when the host is killed; progress is written on
/// connections of its own, so it stays.
/// </summary>
internal sealed class ErasureClaims(NpgsqlDataSource database, TimeProvider time)
{
    const string Claim = """
        SELECT id, user_id, wish::text, attempts, erased_at IS NOT NULL FROM auth.erasures
        WHERE finished_at IS NULL AND next_attempt_at <= $1 AND ($2 = '' OR id = $2) ORDER BY next_attempt_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        """;

    const string Done = "SELECT module FROM auth.erasure_steps WHERE erasure_id = $1 AND done_at IS NOT NULL";

    public async Task<ClaimedErasure?> ClaimAsync(NpgsqlConnection connection, string? id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Claim, connection) { Parameters = { new() { Value = time.GetUtcNow() }, new() { Value = id ?? "" } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new ClaimedErasure(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetBoolean(4))
            : null;
    }

    /// <summary>Modules that have erased. One that came with a later release is not among them, and has to.</summary>
    public async Task<HashSet<string>> DoneAsync(string erasureId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Done);
        command.Parameters.Add(new() { Value = erasureId });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var done = new HashSet<string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            done.Add(rows.GetString(0));
        return done;
    }

    public Task FoundAsync(string erasureId, string module, long rows, CancellationToken cancellationToken) => ExecuteAsync("""
        INSERT INTO auth.erasure_steps AS step (erasure_id, module, deleted_count, attempts) VALUES ($1, $2, $3, 1)
        ON CONFLICT (erasure_id, module) DO UPDATE SET deleted_count = greatest(step.deleted_count, EXCLUDED.deleted_count), attempts = step.attempts + 1
        """, cancellationToken, erasureId, module, rows);

    public Task DoneAsync(string erasureId, string module, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE auth.erasure_steps SET done_at = $3, last_error = NULL WHERE erasure_id = $1 AND module = $2", cancellationToken, erasureId, module, time.GetUtcNow());

    /// <summary>Or that it says it is done and is not.</summary>
    public Task FailedAsync(string erasureId, string module, string kind, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE auth.erasure_steps SET done_at = NULL, last_error = $3 WHERE erasure_id = $1 AND module = $2", cancellationToken, erasureId, module, kind);

    public static Task PostponeAsync(NpgsqlConnection connection, string erasureId, DateTimeOffset until, CancellationToken cancellationToken) => ExecuteAsync(
        new NpgsqlCommand("UPDATE auth.erasures SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = $1", connection), cancellationToken, erasureId, until);

    public static Task ErasedAsync(NpgsqlConnection connection, string erasureId, DateTimeOffset now, DateTimeOffset lookAgain, CancellationToken cancellationToken) => ExecuteAsync(
        new NpgsqlCommand("UPDATE auth.erasures SET erased_at = $2, attempts = 0, next_attempt_at = $3 WHERE id = $1", connection), cancellationToken, erasureId, now, lookAgain);

    public static Task FinishAsync(NpgsqlConnection connection, string erasureId, DateTimeOffset now, CancellationToken cancellationToken) => ExecuteAsync(
        new NpgsqlCommand("UPDATE auth.erasures SET finished_at = $2, user_id = NULL, wish = NULL WHERE id = $1", connection), cancellationToken, erasureId, now);

    async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values) => await ExecuteAsync(database.CreateCommand(sql), cancellationToken, values);

    static async Task ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken, params object[] values)
    {
        await using var disposed = command;
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
