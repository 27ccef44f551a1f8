using System.Diagnostics.Metrics;

namespace Mana.Sync.Replicas;

/// <summary>The part of meter <c>Mana.Sync</c> about standbys; without one it shows nothing.</summary>
internal sealed class ReplicaMetrics
{
    readonly Counter<long> _reads;

    public ReplicaMetrics(IMeterFactory meters, ReplicaSet replicas)
    {
        var meter = meters.Create("Mana.Sync");
        _reads = meter.CreateCounter<long>("mana_sync_replica_reads_total", description: "Pages of first reads that could come from a read replica: served, or why the primary was asked");
        meter.CreateObservableGauge("mana_sync_replica_used", () => Each(replicas, replica => replica.IsUsed ? 1 : 0), description: "Whether the read replica is read from");
        meter.CreateObservableGauge("mana_sync_replica_missing_bytes", () => Each(replicas, replica => replica.MissingBytes), "By", "What the read replica has not replayed of the primary's log of writes");
    }

    /// <summary>One page.</summary>
    /// <param name="result"><c>served</c>, or for the primary: <c>none</c> (no standby is used), <c>behind</c>, <c>foreign</c> (or the primary itself), <c>failed</c>, <c>conflict</c>.</param>
    public void Read(string result) => _reads.Add(1, new KeyValuePair<string, object?>("result", result));

    static IEnumerable<Measurement<long>> Each(ReplicaSet replicas, Func<Replica, long> value) =>
        replicas.All.Where(replica => !replica.IsPrimary).Select(replica => new Measurement<long>(value(replica), new KeyValuePair<string, object?>("replica", replica.Number)));
}
