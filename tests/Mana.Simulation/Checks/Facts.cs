using Mana.Simulation.Devices;

namespace Mana.Simulation.Checks;

/// <summary>
/// What the server has confirmed so far: a field of a record has a version of at least this instant. Whoever reads to the end afterwards, on
/// whichever host, must have it or something newer: read-your-writes for the device itself, no stale read for everybody else.
/// </summary>
internal sealed class Facts(bool summaries)
{
    readonly List<(Change Change, string Field, long Micros)> _known = [];
    readonly HashSet<RecordKey> _uncertain = [];
    readonly HashSet<RecordKey> _deleted = [];

    public int Count => _known.Count;

    /// <summary>Records that were ever hard-deleted, hidden or shown: there a missing version may be right. The oracle decides at the end.</summary>
    public void Doubt(RecordKey key) => _uncertain.Add(key);

    /// <summary>
    /// Clients ignore the deletion of what they do not know, so they may have nothing of it; and to those who read what
    /// was compacted, or the state view, the deletion is all that is told of such a record until the change that takes it back. Who
    /// ignored it and has edited the record since learns of it with the answer to that edit.
    /// </summary>
    public void Deleted(RecordKey key) => _deleted.Add(key);

    public void Learn(Change change)
    {
        foreach (var write in change.Writes)
            _known.Add((change, write.Name, change.ClampedTo is { } at ? Instants.Parse(at) : write.Micros));
    }

    /// <summary>The first fact from before the request that a device which has read everything contradicts.</summary>
    public string? Contradiction(Request request)
    {
        var device = request.Device;
        for (var i = 0; i < request.Facts; i++)
        {
            var (change, field, micros) = _known[i];
            var (scope, key) = (change.Scope, change.Key);
            if (device.SeenFacts.Contains(i) || _uncertain.Contains(key) || !(scope == device.Person.Own || (request.Readable.Contains(scope) && request.Moves == device.Person.Moves)) || (request.Table is { } table && table != key.Table))
                continue;
            var record = device.Records.GetValueOrDefault(key);
            if (_deleted.Contains(key) && (record is null || (summaries && field != Change.DeletedAt) || (field == Change.DeletedAt && device.Pending.Exists(waiting => waiting.Key == key))))
                continue;
            // What waits for its acknowledgement counts: it is the reason why an older version is not delivered.
            if (!Has(record, field, micros) && !Has(device.View(key), field, micros))
                return $"{device} has read everything and has {key} {field} {(record?.GetValueOrDefault(field) is { } old ? "of " + old.At : "not at all")}; confirmed before was {Instants.Format(micros, TimeStyle.Micros)}";
            device.SeenFacts.Add(i);
        }

        return null;
    }

    static bool Has(IReadOnlyDictionary<string, Held>? record, string field, long micros) =>
        record is not null && record.TryGetValue(field, out var held) && Math.Max(held.Micros, held.Seen) >= micros;
}
