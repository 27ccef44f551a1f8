using Npgsql;

namespace Mana.Sync.Cursors;

/// <summary>
/// Tenancy of one request. A scope is the unit of ordering and of row-level security: <c>user:&lt;id&gt;</c>, later also
/// <c>space:&lt;id&gt;</c>. The session settings it writes are transaction-local, so a pooled connection never carries them on.
/// </summary>
internal sealed record Tenant(string UserId)
{
    public string OwnScope => "user:" + UserId;

    /// <summary>Separates scope names inside a setting; no name can hold a control character.</summary>
    public const char Separator = '\x1f';

    /// <summary>
    /// Every statement of the module goes through an index, and must do so from the first row on. Left to itself the planner sees a small
    /// or not yet analysed table, chooses a scan, and a prepared statement then keeps that plan while the table grows.
    /// </summary>
    const string IndexesOnly =
        "set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

    /// <summary>Must be the first statement of every transaction: without it the policies show nothing.</summary>
    public NpgsqlBatchCommand Enter() => new(
        $"SELECT set_config('mana.read', $1, true), set_config('mana.write', $1, true), set_config('mana.author', $1, true), {IndexesOnly}")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = OwnScope } },
    };
}

/// <summary>Which scope a change belongs to (sync.md 2.10).</summary>
internal static class ScopeRules
{
    const string Personal = "_personal:";

    /// <summary>
    /// The caller's own scope for no space and for the placeholders that clients use before they know it; null when the caller may not
    /// write there. Shared spaces arrive with the membership directory; until then nobody is a member of any.
    /// </summary>
    public static string? Resolve(Tenant caller, string? spaceId) => spaceId switch
    {
        null or Personal + "guest" => caller.OwnScope,
        _ when spaceId.StartsWith(Personal, StringComparison.Ordinal) && spaceId.AsSpan(Personal.Length).SequenceEqual(caller.UserId) => caller.OwnScope,
        _ => null,
    };
}
