using Mana.Sync.Cursors;
using Mana.Sync.Spaces;

namespace Mana.Sync.Pull;

/// <summary>What a delta read wants: changes of one app, or of some collections of it, behind a position in every scope of the caller.</summary>
/// <param name="ClientId">Whose own rows are left out; empty: nobody's.</param>
internal sealed record DeltaRequest(Tenant Caller, Selection Selection, string ClientId, ReadStart Start, int PageSize)
{
    /// <summary>Positions that this very request has written, by scope: never part of its own answer (sync.md 6.4), not even of an initial one.</summary>
    public IReadOnlyDictionary<string, (long From, long To)> JustPushed { get; init; } = NothingPushed;

    static readonly Dictionary<string, (long From, long To)> NothingPushed = [];
}

/// <summary>What was known of the caller's scopes when a read began.</summary>
/// <param name="Newest">Newest position per scope, in the order of <see cref="Tenant.Scopes"/>; 0 for one that nothing was ever written to.</param>
/// <param name="Now">The database's clock, µs.</param>
internal sealed record ScopeHeads(long[] Newest, long Now)
{
    public long Horizon => Newest.Max();
}

/// <summary>Where a page ended.</summary>
/// <param name="SyncedUntil">The same as a timestamp, µs.</param>
internal readonly record struct PageEnd(ReadVector Vector, long SyncedUntil, bool HasMore)
{
    /// <summary>
    /// A complete page ends at the newest positions, a cut one behind its last row: rows come in the order of positions over all scopes, so
    /// everything up to that row has been delivered, whichever scope it is from.
    /// </summary>
    public static PageEnd Of(DeltaRequest request, ReadVector start, ScopeHeads heads, long? cutBehind)
    {
        var (caller, since) = (request.Caller, request.Start.Since);
        if (cutBehind is { } last)
        {
            var vector = ReadVector.Of(caller, scope => Math.Max(start.At(scope), Position.Cut(start.At(scope), last)));
            return new PageEnd(vector, Math.Max(since, Position.Cut(start.Own, last)), true);
        }

        var positions = caller.Scopes.Zip(heads.Newest).ToDictionary(pair => pair.First.Key, pair => pair.Second);
        return new PageEnd(ReadVector.Of(caller, scope => positions[scope.Key]), Complete(caller, since, heads), false);
    }

    /// <summary>
    /// The newest position of all scopes, and not before what says that a membership is known: a later timestamp means that the whole history
    /// of the space was delivered. Never behind a <c>since</c> of the past. Only the database's clock is asked, and only whether it is past.
    /// </summary>
    static long Complete(Tenant caller, long since, ScopeHeads heads)
    {
        var end = heads.Horizon;
        foreach (var scope in caller.Scopes)
            if (scope.CoveredFrom < heads.Now)
                end = Math.Max(end, scope.CoveredFrom);
        return since > heads.Now ? end : Math.Max(end, since);
    }
}
