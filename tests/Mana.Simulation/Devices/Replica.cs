namespace Mana.Simulation.Devices;

/// <summary>A field on a device.</summary>
/// <param name="At">What the device takes for its time; legacy devices guess it for inserts and compare it as text.</param>
/// <param name="Micros">The instant of <paramref name="At"/>.</param>
/// <param name="Seen">The newest instant that any delivered or own version of this field really had.</param>
internal sealed record Held(string Value, string At, long Micros, long Seen);

/// <summary>
/// What a device has taken in, and the rules by which it does (sync.md 13.3): those of unmodified clients, or the same with the repairs
/// of 13.4 (instants instead of texts, a time per field of an insert). Both ignore the soft delete of a record they do not know.
/// </summary>
internal sealed class Replica(bool legacy, Func<RecordKey, long> newestEdit)
{
    readonly Dictionary<RecordKey, Dictionary<string, Held>> _records = [];

    readonly Dictionary<RecordKey, long> _floors = [];

    public IReadOnlyDictionary<RecordKey, Dictionary<string, Held>> Records => _records;

    public Dictionary<string, Held>? Find(RecordKey key) => _records.GetValueOrDefault(key);

    public void Remove(RecordKey key) => _records.Remove(key);

    /// <summary>
    /// The instant that a deletion without a time had at most: it covers what the server had seen by then. It does not say, so no device can know; but a clock that stands behind a hard
    /// delete which it has seen is more than the protocol promises to put right.
    /// </summary>
    public long Floor(RecordKey key) => _floors.GetValueOrDefault(key);

    /// <summary>Applies one delivered change; true when it removed the record without a time to compare.</summary>
    /// <param name="isOwn">The device has made the record, and waits for that to be confirmed: to its user it is there.</param>
    public bool Apply(Incoming change, string now, bool isOwn = false)
    {
        if (change.IsBare)
        {
            _floors[change.Key] = Math.Max(newestEdit(change.Key), Instants.Of(TimeProvider.System.GetUtcNow())) + 1;
            _records.Remove(change.Key);
            return true;
        }

        if (change.Op == "delete" || change.DeletedAt is not null)
        {
            if (change.DeletedAt is { } at && (isOwn ? Open(change.Key) : Find(change.Key)) is { } record)
                Take(record, Change.DeletedAt, $"\"{at}\"", at, Instants.Parse(at));
        }
        else if (change.Op == "insert")
        {
            Insert(change, now);
        }
        else
        {
            var record = Open(change.Key);
            foreach (var field in change.Fields)
                Take(record, field.Name, field.Value, field.At, field.Micros);
        }

        return false;
    }

    /// <summary>An edit of the device's own: whatever is there.</summary>
    public void Set(RecordKey key, FieldWrite write) =>
        Open(key)[write.Name] = new Held(write.Value, write.At, write.Micros, Math.Max(write.Micros, Find(key)!.GetValueOrDefault(write.Name)?.Seen ?? 0));

    /// <summary>An own edit that the server has confirmed: what was delivered meanwhile stands, also on equal times.</summary>
    public void Confirm(RecordKey key, string name, string value, string at, long micros)
    {
        var record = Open(key);
        if (!record.TryGetValue(name, out var held) || held.Micros < micros)
            record[name] = new Held(value, at, micros, Math.Max(micros, held?.Seen ?? 0));
    }

    void Insert(Incoming change, string now)
    {
        if (change.Data is not { } data)
            return;
        var record = Open(change.Key);
        var created = data.FirstOrDefault(member => member.Name == "createdAt").Value;
        var recordTime = created is null ? now : created[1..^1];
        foreach (var (name, value) in data)
        {
            var named = change.FieldMeta?.GetValueOrDefault(name);
            var at = legacy ? recordTime : named ?? recordTime;
            Take(record, name, value, at, Instants.Parse(at), named is null ? null : Instants.Parse(named));
        }
    }

    /// <summary>"Incoming wins on equal", as every client of the original does.</summary>
    void Take(Dictionary<string, Held> record, string name, string value, string at, long micros, long? really = null)
    {
        var seen = really ?? micros;
        if (record.TryGetValue(name, out var held) && (legacy ? string.CompareOrdinal(at, held.At) < 0 : micros < held.Micros))
            record[name] = held with { Seen = Math.Max(held.Seen, seen) };
        else
            record[name] = new Held(value, at, micros, Math.Max(seen, held?.Seen ?? 0));
    }

    Dictionary<string, Held> Open(RecordKey key)
    {
        if (!_records.TryGetValue(key, out var record))
            _records[key] = record = new Dictionary<string, Held>(StringComparer.Ordinal);
        return record;
    }
}
