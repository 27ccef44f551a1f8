using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>
/// The common end of a read over several scopes (sync.md 14.4). Positions order the commits of one scope; between scopes a writer may still
/// be about to commit a row with a smaller position than one that is visible already. So a reader of several scopes waits for the writers
/// under way in them: it takes their locks shared, for the length of one statement. A writer that comes later takes its positions from a
/// later clock. The lock is an advisory one: it writes nothing, and it is gone before the first row is sent to a slow client.
/// </summary>
internal static class Horizon
{
    const string Shared = "SELECT pg_advisory_xact_lock_shared(hashtextextended(name, 0)) FROM unnest($1) AS n (name)";
    const string Exclusive = "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1) AS n (name)";

    // A large batch reserves positions some milliseconds ahead of the clock. While the locks are held no other writer can start behind them.
    const string CatchUp = """
        SELECT pg_sleep(least(greatest(max(last_seq) - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0), 100000) / 1000000.0)
        FROM sync.scopes WHERE name = ANY ($1)
        """;

    /// <summary>Second for readers: waits until the clock, which later writers take their positions from, has passed all that are given out.</summary>
    public static NpgsqlBatchCommand PassClock(Tenant caller) => Lock(CatchUp, caller.Scopes.Select(scope => scope.Name));

    /// <summary>For readers. By name like the writers, who may need two of the same scopes: the own scope is not the first of them.</summary>
    public static NpgsqlBatchCommand Await(Tenant caller) => Lock(Shared, caller.Scopes.Select(scope => scope.Name).Order(StringComparer.Ordinal));

    /// <summary>For writers, before they take their positions and until they commit.</summary>
    public static NpgsqlBatchCommand Hold(IEnumerable<string> scopes) => Lock(Exclusive, scopes);

    static NpgsqlBatchCommand Lock(string statement, IEnumerable<string> scopes) => new(statement)
    {
        Parameters = { new NpgsqlParameter<string[]> { TypedValue = [.. scopes] } },
    };
}
