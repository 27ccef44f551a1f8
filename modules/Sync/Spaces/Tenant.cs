using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Spaces;

/// <summary>One scope that a person may read: their own, or that of a shared space they are a member of.</summary>
/// <param name="Name"><c>user:&lt;id&gt;</c> or <c>space:&lt;id&gt;</c>: the unit of ordering and of row-level security.</param>
/// <param name="Key">Tells this membership from an earlier one in the same space; 0 for the own scope.</param>
/// <param name="JoinedMicros">Start of the membership, µs since 1970; 0 for the own scope.</param>
internal sealed record ScopeAccess(string Name, ulong Key, bool MayWrite, long JoinedMicros)
{
    /// <summary>
    /// How long after its beginning a membership may still be unknown to some host, µs: what is remembered about people, and how far the clock
    /// of the application, which dates memberships, may differ from the database's, which dates positions.
    /// </summary>
    const long Margin = 120 * 1_000_000L;

    /// <summary>A bare timestamp from here on was given by somebody who knew of the membership. Even.</summary>
    public long CoveredFrom => Key == 0 ? 0 : Cursors.Position.EvenUp(JoinedMicros + Margin);
}

/// <summary>
/// What one person may read and write at this moment. The session settings that it writes are transaction-local, so a pooled connection
/// never carries them on.
/// </summary>
internal sealed class Tenant
{
    /// <summary>Separates scope names inside a setting; no name can hold a control character.</summary>
    public const char Separator = '\x1f';

    /// <summary>
    /// Every statement of the module goes through an index, from the first row on, with one plan for all parameters. Left to itself the planner
    /// sees a small or not yet analysed table, chooses a scan, and a prepared statement then keeps that plan while the table grows; it plans a
    /// statement with arrays anew each time, which costs more than to run it; and it compiles what the policies made look expensive.
    /// </summary>
    public const string StablePlans =
        "set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), "
        + "set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)";

    readonly string _readable;

    /// <summary>Someone with these memberships; none by default.</summary>
    /// <param name="shared">The shared spaces; a personal one is the own scope.</param>
    /// <param name="personalSpaceId">The real id of the caller's personal space, where it is known.</param>
    public Tenant(string userId, IEnumerable<ScopeAccess>? shared = null, string? personalSpaceId = null)
    {
        UserId = userId;
        PersonalSpaceId = personalSpaceId;
        Scopes = [new ScopeAccess(ScopeNames.OfUser(userId), 0, MayWrite: true, 0), .. (shared ?? []).OrderBy(scope => scope.Name, StringComparer.Ordinal)];
        _readable = string.Join(Separator, Scopes.Select(scope => scope.Name));
    }

    public string UserId { get; }

    public string? PersonalSpaceId { get; }

    /// <summary>The own scope first, then the shared ones by name: the order in which several are locked.</summary>
    public IReadOnlyList<ScopeAccess> Scopes { get; }

    public ScopeAccess Own => Scopes[0];

    /// <summary>Reads of more than one scope need a common horizon, see <see cref="Pull.Horizon"/>.</summary>
    public bool Shares => Scopes.Count > 1;

    /// <summary>Must be the first statement of every transaction that reads: without it the policies show nothing.</summary>
    public NpgsqlBatchCommand EnterReading() => Enter("");

    /// <summary>First statement of a transaction that writes to <paramref name="scopes"/>.</summary>
    public NpgsqlBatchCommand EnterWriting(IEnumerable<string> scopes) => Enter(string.Join(Separator, scopes));

    NpgsqlBatchCommand Enter(string writable) => new(
        $"SELECT set_config('mana.read', $1, true), set_config('mana.write', $2, true), set_config('mana.author', $3, true), {StablePlans}")
    {
        Parameters = { Text(_readable), Text(writable), Text(Own.Name) },
    };

    static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}

internal static class ScopeNames
{
    const string User = "user:";
    const string Space = "space:";

    public static string OfUser(string userId) => User + userId;

    public static string OfSpace(string spaceId) => Space + spaceId;

    /// <summary>Null for the scope of a space.</summary>
    public static string? UserIdOf(string scope) => scope.StartsWith(User, StringComparison.Ordinal) ? scope[User.Length..] : null;

    /// <summary>Null for the scope of a user.</summary>
    public static string? SpaceIdOf(string scope) => scope.StartsWith(Space, StringComparison.Ordinal) ? scope[Space.Length..] : null;
}
