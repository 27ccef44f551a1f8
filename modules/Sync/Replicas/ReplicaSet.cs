using Mana.Kernel.Database;
using Mana.Sync.Contracts;

namespace Mana.Sync.Replicas;

/// <summary>The standbys of this host, in turn. What one of them did to a request others hear of at once.</summary>
internal sealed class ReplicaSet(ReadReplicas replicas) : IReplicaStatus
{
    uint _turn;

    public IReadOnlyList<Replica> All { get; } = [.. replicas.Sources.Select((source, i) => new Replica(i + 1, source))];

    public bool IsOff => All.Count == 0;

    public int Configured => All.Count(replica => !replica.IsPrimary);

    public int Used => All.Count(replica => replica.IsUsed);

    /// <summary>Null when none may be read from.</summary>
    public Replica? Next()
    {
        var first = Interlocked.Increment(ref _turn);
        for (var i = 0u; i < All.Count; i++)
            if (All[(int)((first + i) % All.Count)] is { IsUsed: true } replica)
                return replica;
        return null;
    }
}
