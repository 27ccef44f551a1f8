using Mana.Auth.Data;
using Mana.Kernel.RateLimits;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Auth.Passwords;

/// <summary>Where guesses come from, as they are counted.</summary>
/// <param name="Key"><c>device:…</c> or <c>network:…</c>.</param>
/// <param name="Stranger">Neither a known device nor a live session: also bound by what all strangers together have used up.</param>
internal readonly record struct GuessSource(string Key, bool Stranger);

internal abstract record GuessPermit
{
    /// <summary>The guess is counted already; it must be settled.</summary>
    public sealed record Granted(long AttemptId) : GuessPermit;

    public sealed record Locked(int RetryAfterSeconds) : GuessPermit;

    /// <summary>Guesses under way on other hosts have used up what is left.</summary>
    public sealed record Contended : GuessPermit;
}

/// <summary>
/// Counts wrong passwords per address × place (auth.md 5.6). A guess is entered before it is evaluated, under a lock of the address, so however
/// many run at once, no more than <see cref="MostPerSource"/> are. Addresses without an account are counted alike. The fifth failure within
/// 15 minutes locks the place out for 30; strangers together lock strangers out, wherever they come from, and never a known device.
/// </summary>
internal sealed class GuessLimit(NpgsqlDataSource database, RateLimitRefusals refusals, TimeProvider time)
{
    public const string Name = "wrong-passwords";
    public const int MostPerSource = 5;
    public const int MostByStrangers = 20;

    /// <summary>Of codes, which are shorter than passwords (auth.md 3.5).</summary>
    public const int MostCodesByStrangers = 10;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(30);

    /// <summary>A guess whose host died is forgotten after this time.</summary>
    static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(2);

    const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('auth.login_attempts:' || $1, 0))";

    const string Enter = """
        WITH held AS (
          SELECT max(locked_until) AS until FROM auth.login_locks
          WHERE email_normalized = $1 AND locked_until > $4 AND (source = $2 OR $3 AND source = '*')),
        counted AS (
          SELECT count(*) FILTER (WHERE source = $2) AS own, count(*) FILTER (WHERE source LIKE 'network:%') AS strangers FROM auth.login_attempts
          WHERE email_normalized = $1 AND attempted_at > $5 AND (successful = false OR attempted_at > $6)),
        entered AS (
          INSERT INTO auth.login_attempts (email_normalized, source, ip_address, method, attempted_at)
          SELECT $1, $2, $7, $8, $4 FROM held, counted WHERE held.until IS NULL AND own < $9 AND (NOT $3 OR strangers < $10)
          RETURNING id)
        SELECT (SELECT until FROM held), (SELECT id FROM entered)
        """;

    const string Fail = "UPDATE auth.login_attempts SET successful = false WHERE id = $1";

    const string LockOut = """
        INSERT INTO auth.login_locks (email_normalized, source, locked_at, locked_until)
        SELECT $1, place.source, $3, $4 FROM (
          SELECT $2 AS source, count(*) FILTER (WHERE source = $2) >= $6 AS exhausted FROM auth.login_attempts
          WHERE email_normalized = $1 AND attempted_at > $5 AND successful = false
          UNION ALL
          SELECT '*', count(*) FILTER (WHERE source LIKE 'network:%') >= $7 FROM auth.login_attempts
          WHERE email_normalized = $1 AND attempted_at > $5 AND successful = false) place
        WHERE place.exhausted
        ON CONFLICT (email_normalized, source) DO UPDATE SET locked_at = EXCLUDED.locked_at, locked_until = EXCLUDED.locked_until
          WHERE auth.login_locks.locked_until <= EXCLUDED.locked_at
        RETURNING source
        """;

    public async Task<GuessPermit> EnterAsync(string address, GuessSource source, string method, string? ipAddress, int mostByStrangers, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Command(Lock, address));
        batch.BatchCommands.Add(Command(
            Enter, address, source.Key, source.Stranger, now, now - Window, now - Abandoned, (object?)ipAddress ?? DBNull.Value, method, MostPerSource, mostByStrangers));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (!await reader.IsDBNullAsync(1, cancellationToken))
            return new GuessPermit.Granted(reader.GetInt64(1));
        refusals.Count(Name);
        return await reader.IsDBNullAsync(0, cancellationToken)
            ? new GuessPermit.Contended()
            : new GuessPermit.Locked((int)Math.Ceiling((reader.GetFieldValue<DateTimeOffset>(0) - now).TotalSeconds));
    }

    /// <summary>Seconds until the place may guess again; null when it may now.</summary>
    public async Task<int?> LockedForAsync(string address, GuessSource source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand("""
            SELECT max(locked_until) FROM auth.login_locks WHERE email_normalized = $1 AND locked_until > $4 AND (source = $2 OR $3 AND source = '*')
            """);
        foreach (var value in (object[])[address, source.Key, source.Stranger, now])
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return await reader.IsDBNullAsync(0, cancellationToken) ? null : (int)Math.Ceiling((reader.GetFieldValue<DateTimeOffset>(0) - now).TotalSeconds);
    }

    /// <summary>It was wrong. Returns the end of the lock that it brought about, or null.</summary>
    public async Task<DateTimeOffset?> FailAsync(long attemptId, string address, GuessSource source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Command(Lock, address));
        batch.BatchCommands.Add(Command(Fail, attemptId));
        batch.BatchCommands.Add(Command(LockOut, address, source.Key, now, now + LockTime, now - Window, MostPerSource, MostByStrangers));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        // An UPDATE has no result; that of the lock comes before ours.
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? now + LockTime : null;
    }

    /// <summary>It was right, or never evaluated: as if it had not been.</summary>
    public async Task ReleaseAsync(long attemptId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.login_attempts WHERE id = $1 AND successful IS NULL");
        command.Parameters.Add(new() { Value = attemptId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>After a complete sign-in from there. What others have done from elsewhere stays counted.</summary>
    public static Task ForgetAsync(AuthDbContext database, string address, GuessSource source, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync($"""
            WITH gone AS (DELETE FROM auth.login_attempts WHERE email_normalized = {address} AND source = {source.Key})
            DELETE FROM auth.login_locks WHERE email_normalized = {address} AND source = {source.Key}
            """, cancellationToken);

    /// <summary>After a reset: nothing keeps the owner out any longer. Returns whether something did.</summary>
    public static async Task<bool> ForgetAllAsync(AuthDbContext database, string address, CancellationToken cancellationToken) =>
        await database.Database.ExecuteSqlAsync($"""
            WITH gone AS (DELETE FROM auth.login_attempts WHERE email_normalized = {address})
            DELETE FROM auth.login_locks WHERE email_normalized = {address}
            """, cancellationToken) > 0;

    static NpgsqlBatchCommand Command(string sql, params IEnumerable<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value is DBNull ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Text } : new NpgsqlParameter { Value = value });
        return command;
    }
}
