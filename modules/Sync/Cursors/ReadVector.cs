using Mana.Sync.Spaces;

namespace Mana.Sync.Cursors;

/// <summary>
/// How far a reader has come: one position per scope. A scope that is not named starts at its beginning, so whoever joins a space gets
/// its history, and whoever leaves and returns gets it anew, because the key of a membership changes (sync.md 14.4).
/// </summary>
internal sealed class ReadVector
{
    public static readonly ReadVector Start = new(0, new Dictionary<ulong, long>());

    /// <summary>A second, µs: as far as half a million pages count up.</summary>
    const long LongestCount = 1_000_000;

    readonly Dictionary<ulong, long> _shared;

    public ReadVector(long own, Dictionary<ulong, long> shared) => (Own, _shared) = (own, shared);

    /// <summary>Position in the caller's own scope.</summary>
    public long Own { get; }

    /// <summary>By <see cref="ScopeAccess.Key"/>.</summary>
    public IReadOnlyDictionary<ulong, long> Shared => _shared;

    public long At(ScopeAccess scope) => scope.Key == 0 ? Own : _shared.GetValueOrDefault(scope.Key);

    /// <summary>
    /// What a bare timestamp says: everything up to it was delivered, in every scope whose membership began well before it. A reader from
    /// before a membership has seen nothing of it. An odd timestamp may have been counted up, page by page, from one that the membership was
    /// not known to (<see cref="Pull.ReadStates"/>): it must be well behind the beginning.
    /// </summary>
    public static ReadVector OfSince(long since, Tenant caller)
    {
        if (since <= 0)
            return Start;
        var knownTo = Position.IsInitial(since) ? since - LongestCount : since;
        return Of(caller, scope => scope.Key == 0 || scope.CoveredFrom <= knownTo ? since : 0);
    }

    public static ReadVector Of(Tenant caller, Func<ScopeAccess, long> position)
    {
        var shared = new Dictionary<ulong, long>(caller.Scopes.Count - 1);
        for (var i = 1; i < caller.Scopes.Count; i++)
            if (position(caller.Scopes[i]) is > 0 and var at)
                shared[caller.Scopes[i].Key] = at;
        return new ReadVector(position(caller.Own), shared);
    }

    /// <summary>Equal as far as this caller can tell: memberships that are over do not count.</summary>
    public bool SameFor(Tenant caller, ReadVector other) => caller.Scopes.All(scope => At(scope) == other.At(scope));
}

/// <summary>Positions of the log: even numbers of microseconds since 1970-01-01 UTC, strictly increasing per scope.</summary>
internal static class Position
{
    public const int Step = 2;

    /// <summary>
    /// Positions of rows are even numbers; a page that was cut while a client still fetches its first state ends on the odd number
    /// behind its last row. So both cursor kinds carry, without server memory, that the caller's own rows are wanted too:
    /// a device that lost its data but kept its client id gets everything back, also beyond the first page.
    /// </summary>
    public static bool IsInitial(long after) => after <= 0 || (after & 1) == 1;

    /// <summary>Where a page that was cut behind <paramref name="lastSeq"/> goes on.</summary>
    public static long Cut(long after, long lastSeq) => IsInitial(after) ? lastSeq + 1 : lastSeq;

    /// <summary>
    /// The position that leaves out nothing of what any of them still wants. Not simply the smallest: a client that reads its first state
    /// again, from an odd position, must not lose its own rows to an even one just before it.
    /// </summary>
    public static long Least(IReadOnlyCollection<long> positions)
    {
        var furthestBehind = positions.Min();
        return furthestBehind > 0 && positions.Any(IsInitial) ? furthestBehind | 1 : furthestBehind;
    }

    public static long EvenUp(long micros) => micros + (micros & 1);
}
