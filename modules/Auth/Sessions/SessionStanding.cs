using System.Collections.Concurrent;
using Mana.Auth.Contracts;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Auth.Sessions;

/// <summary>
/// Whether the session behind an access token has ended: asked of the database once per session and <see cref="Remembered"/>, by one request
/// for all that wait, and known at once on the host where it ended. An end is final, so it is never asked again.
/// <para>
/// While the database does not answer the last answer stays good, and a session never asked for counts as alive: a token ends by itself after
/// a quarter of an hour, and a host that cannot read sessions cannot do anything for one either.
/// </para>
/// </summary>
internal sealed class SessionStanding(NpgsqlDataSource database, TimeProvider time, ILogger<SessionStanding> log) : ISessionStanding
{
    /// <summary>Less than the 30 seconds within which an end must show everywhere, because the question takes time too.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(25);

    /// <summary>How long nobody asks after a question that failed.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    const int Bound = 100_000;
    static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    readonly Lock _turn = new();
    readonly ConcurrentDictionary<string, Lazy<Task<bool>>> _asking = new(StringComparer.Ordinal);
    volatile ConcurrentDictionary<string, Answer> _young = new(StringComparer.Ordinal);
    volatile ConcurrentDictionary<string, Answer> _old = new(StringComparer.Ordinal);
    long _quietUntil;
    int _count;

    /// <summary>Answers from memory without allocating, but for the first request of a session in each <see cref="Remembered"/>.</summary>
    public ValueTask<bool> HasEndedAsync(string sessionId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcTicks;
        var known = Find(sessionId);
        if (known is { Ended: true })
            return ValueTask.FromResult(true);
        if (known is not null && now - known.Value.AskedAt < Remembered.Ticks)
            return ValueTask.FromResult(false);
        return now < Interlocked.Read(ref _quietUntil) ? ValueTask.FromResult(false) : JoinAsync(sessionId, cancellationToken);
    }

    /// <summary>Here and now; other hosts learn it when they ask.</summary>
    public void End(string sessionId) => Keep(sessionId, new Answer(true, 0));

    /// <summary>Asked of the database always: who asks does not trust what was heard.</summary>
    public async Task<IReadOnlyCollection<string>> EndedAmongAsync(IReadOnlyCollection<string> sessionIds, CancellationToken cancellationToken)
    {
        var ended = sessionIds.ToHashSet(StringComparer.Ordinal);
        await using var command = database.CreateCommand("""
            SELECT s.id FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id
            WHERE s.id = ANY ($1) AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.deleted_at IS NULL AND u.blocked_at IS NULL
            """);
        command.Parameters.Add(new() { Value = ended.ToArray() });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        await using (var alive = await command.ExecuteReaderAsync(cancellationToken))
            while (await alive.ReadAsync(cancellationToken))
                ended.Remove(alive.GetString(0));
        foreach (var sessionId in ended)
            End(sessionId);
        return ended;
    }

    async ValueTask<bool> JoinAsync(string sessionId, CancellationToken cancellationToken)
    {
        // Not the caller's token: others wait for the same answer.
        var asking = _asking.GetOrAdd(sessionId, id => new Lazy<Task<bool>>(() => AskAsync(id)));
        return await asking.Value.WaitAsync(cancellationToken);
    }

    async Task<bool> AskAsync(string sessionId)
    {
        using var patience = new Patience(LongestAnswer);
        try
        {
            var now = time.GetUtcNow();
            await using var command = database.CreateCommand("""
                SELECT 1 FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id
                WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.deleted_at IS NULL AND u.blocked_at IS NULL
                """);
            command.Parameters.Add(new() { Value = sessionId });
            command.Parameters.Add(new() { Value = now });
            var ended = await command.ExecuteScalarAsync(patience.Token) is null;
            Keep(sessionId, new Answer(ended, now.UtcTicks));
            return Find(sessionId) is { Ended: true };
        }
        catch (Exception exception) when (IsOutage(exception))
        {
            Interlocked.Exchange(ref _quietUntil, (time.GetUtcNow() + Pause).UtcTicks);
            log.LogWarning("The standing of a session could not be read ({Kind}); tokens are judged by what was last known", exception.GetType().Name);
            return Find(sessionId) is { Ended: true };
        }
        finally
        {
            _asking.TryRemove(sessionId, out _);
        }
    }

    /// <summary>A statement that is wrong is not an outage: it must not make every token good.</summary>
    static bool IsOutage(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState.StartsWith("57", StringComparison.Ordinal),
        NpgsqlException or OperationCanceledException or TimeoutException => true,
        _ => false,
    };

    Answer? Find(string sessionId) =>
        _young.TryGetValue(sessionId, out var answer) || _old.TryGetValue(sessionId, out answer) ? answer : null;

    /// <summary>Two generations of half the bound each: when the young one is full the old one is forgotten as a whole, in O(1).</summary>
    void Keep(string sessionId, Answer answer)
    {
        lock (_turn)
        {
            // An answer that was under way while the session ended must not bring it back.
            if (Find(sessionId) is { Ended: true })
                return;
            if (_count >= Bound / 2)
            {
                _old = _young;
                _young = new(StringComparer.Ordinal);
                _count = 0;
            }

            if (_young.TryAdd(sessionId, answer))
                _count++;
            else
                _young[sessionId] = answer;
        }
    }

    readonly record struct Answer(bool Ended, long AskedAt);
}
