namespace Mana.Load.Delivery;

/// <summary>The account after a run: did everything that was acknowledged reach everybody?</summary>
internal sealed class Verdict
{
    /// <summary>Pairs of an acknowledged change and a way by which another device should have received it.</summary>
    public long Checked { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Not delivered themselves, but newer versions of all their fields were: they had lost already (sync.md 13.5).</summary>
    public long Superseded { get; private set; }

    public long Twice { get; private set; }

    /// <summary>Fields that differ between two replicas of one person.</summary>
    public long Diverged { get; private set; }

    /// <summary>The first broken promise, in words.</summary>
    public string? Example { get; private set; }

    /// <summary>All devices of one person, drained.</summary>
    public void Add(IReadOnlyList<SyncDevice> devices)
    {
        foreach (var reader in devices)
        foreach (var (way, replica) in reader.Replicas)
        {
            Twice += replica.Twice;
            foreach (var writer in devices.Where(writer => writer != reader))
            foreach (var change in writer.Acknowledged)
                LookFor(change, writer, reader, way, replica);
        }

        var all = devices.SelectMany(device => device.Replicas, (device, one) => (device.ClientId, one.Way, one.Replica)).ToList();
        foreach (var (client, way, replica) in all.Skip(1))
            Compare(all[0].Replica, replica, $"{all[0].ClientId} ({all[0].Way}) and {client} ({way})");
    }

    void LookFor(OwnChange change, SyncDevice writer, SyncDevice reader, string way, Replica replica)
    {
        Checked++;
        if (replica.Has(change.EventId))
            return;
        if (Array.TrueForAll(change.Fields, field => IsCovered(replica, change, field.Field)) && (!change.IsInsert || IsCovered(replica, change, "createdAt")))
        {
            Superseded++;
            return;
        }

        Lost++;
        Example ??= $"{change.EventId} on {change.RecordId}, acknowledged to {writer.ClientId} at {change.At}, never reached {reader.ClientId} by {way}.";
    }

    static bool IsCovered(Replica replica, OwnChange change, string field) =>
        replica.Fields.TryGetValue((change.RecordId, field), out var there) && string.CompareOrdinal(there.At, change.At) >= 0;

    void Compare(Replica left, Replica right, string who)
    {
        foreach (var key in left.Fields.Keys.Union(right.Fields.Keys))
        {
            var (a, b) = (left.Fields.GetValueOrDefault(key), right.Fields.GetValueOrDefault(key));
            if (a.Value == b.Value)
                continue;
            Diverged++;
            Example ??= $"{who} differ in {key.Field} of {key.Record}: '{a.Value}' of {a.At} against '{b.Value}' of {b.At}.";
        }
    }
}
