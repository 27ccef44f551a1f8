using Npgsql;
using NpgsqlTypes;

namespace Mana.Apps.Wire.Idempotency;

/// <summary>What is known of a key.</summary>
internal abstract record KeyState
{
    /// <summary>Nobody has answered it; the caller does, and nobody else meanwhile.</summary>
    public sealed record Mine(DateTimeOffset StartedAt) : KeyState;

    public sealed record Answered(int Status, string? ContentType, byte[] Answer) : KeyState;

    public sealed record InProgress : KeyState;

    /// <summary>It belongs to another request.</summary>
    public sealed record Conflict : KeyState;
}

/// <summary>Table <c>idempotency_keys</c>. Every step is one statement of its own: no connection is held while a request is answered.</summary>
internal sealed class IdempotencyStore(NpgsqlDataSource database, TimeProvider time)
{
    static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Whoever has not answered by then is dead: another may.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    const string Take = """
        INSERT INTO apps.idempotency_keys AS k (user_id, route, key, request, started_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, route, key) DO UPDATE SET request = excluded.request, started_at = excluded.started_at, status = NULL, content_type = NULL, answer = NULL
          WHERE k.started_at <= $6 OR (k.status IS NULL AND k.request = excluded.request AND k.started_at <= $7)
        RETURNING 1
        """;

    const string Known = "SELECT request, status, content_type, answer FROM apps.idempotency_keys WHERE user_id = $1 AND route = $2 AND key = $3";
    const string Keep = "UPDATE apps.idempotency_keys SET status = $5, content_type = $6, answer = $7 WHERE user_id = $1 AND route = $2 AND key = $3 AND started_at = $4 AND status IS NULL";
    const string Free = "DELETE FROM apps.idempotency_keys WHERE user_id = $1 AND route = $2 AND key = $3 AND started_at = $4 AND status IS NULL";
    const string Old = "DELETE FROM apps.idempotency_keys WHERE started_at <= $1";

    public async Task<KeyState> TakeAsync(string userId, string route, string key, byte[] request, CancellationToken cancellationToken)
    {
        // What the database keeps, so that it is found again.
        var now = time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        await using (var take = Command(Take, userId, route, key, request, now, now - Kept, now - Patience))
            if (await take.ExecuteScalarAsync(cancellationToken) is not null)
                return new KeyState.Mine(now);
        await using var known = Command(Known, userId, route, key);
        await using var row = await known.ExecuteReaderAsync(cancellationToken);
        // Gone in this moment: it failed, and may be tried again.
        if (!await row.ReadAsync(cancellationToken))
            return new KeyState.InProgress();
        if (!row.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(request))
            return new KeyState.Conflict();
        return row.IsDBNull(1) ? new KeyState.InProgress() : new KeyState.Answered(row.GetInt32(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetFieldValue<byte[]>(3));
    }

    public Task KeepAsync(string userId, string route, string key, KeyState.Mine mine, int status, string? contentType, byte[] answer) =>
        ExecuteAsync(Command(Keep, userId, route, key, mine.StartedAt, status, new NpgsqlParameter { Value = (object?)contentType ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, answer));

    /// <summary>It came to nothing: whoever sends it again is answered anew.</summary>
    public Task FreeAsync(string userId, string route, string key, KeyState.Mine mine) => ExecuteAsync(Command(Free, userId, route, key, mine.StartedAt));

    public Task<int> PurgeAsync() => ExecuteAsync(Command(Old, time.GetUtcNow() - Kept));

    static async Task<int> ExecuteAsync(NpgsqlCommand command)
    {
        await using (command)
            return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }
}
