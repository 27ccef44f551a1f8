using Mana.Simulation.Worlds;

namespace Mana.Simulation.Devices;

/// <summary>
/// The client that this server is made for: event ids, opaque cursors, times per field. What was delivered and what is still its own are kept
/// apart, so that its clock may be as wrong as it likes; a page and its cursor are stored as one.
/// </summary>
internal sealed class ModernDevice(Person person, string name, string clientId) : Device(person, name, clientId, new Replica(legacy: false, person.World.NewestEdit))
{
    readonly Dictionary<string, Bookmark> _cursors = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> _steps = Tables.Append("").ToDictionary(table => table, _ => 0, StringComparer.Ordinal);

    /// <summary>Queued changes of records that a hard delete came for meanwhile: whether they were before or after it, only the server knows.</summary>
    readonly HashSet<Change> _overtaken = [];
    Bookmark? _cursor;

    public override bool IsLegacy => false;

    /// <summary>Asks for the merged state when it has nothing yet (sync.md 14.5).</summary>
    public bool StartsWithState { get; init; }

    public override IReadOnlyDictionary<string, Held>? View(RecordKey key)
    {
        var view = Replica.Find(key) is { } record ? new Dictionary<string, Held>(record, StringComparer.Ordinal) : null;
        foreach (var change in Pending.Where(change => change.Key == key))
        {
            view = change.Kind == ChangeKind.Erase ? null : view ?? new Dictionary<string, Held>(StringComparer.Ordinal);
            foreach (var write in change.Writes)
                view![write.Name] = new Held(write.Value, write.At, write.Micros, write.Micros);
        }

        return view;
    }

    public override long TimeFor(RecordKey key, IEnumerable<string> fields, long now) => Math.Max(now + Skew, (Replica.Floor(key) + 999) / 1000 * 1000);

    public override void Edit(Change change) => Pending.Add(change);

    public override Request Push(int most, RequestFrame frame) =>
        Make(frame, _steps[""], null, null, _cursor is null ? Instants.Epoch : null, _cursor, [.. Pending.Take(most)]);

    public override Request Pull(string table, int? limit, RequestFrame frame)
    {
        var cursor = _cursors.GetValueOrDefault(table) ?? _cursor;
        var asked = cursor?.View is { } view ? frame with { Moves = view.Moves, Facts = view.Facts } : frame;
        return Make(asked, _steps[table], table, limit, cursor is null ? Instants.Epoch : null, cursor, [], cursor is null && StartsWithState);
    }

    public override Request Following(Request request, Reply reply, RequestFrame frame) =>
        request.IsPush ? Push(int.MaxValue, frame) : Pull(request.Table!, request.Limit, frame);

    public override bool Accept(Request request, Reply reply, string now, bool crashHalfway = false)
    {
        if (crashHalfway)
        {
            Crash();
            return false;
        }

        foreach (var ack in reply.Acks)
            Confirm(request.Sent[ack.Index], ack);
        Settle(request);
        if (request.Steps != _steps[request.Table ?? ""])
            return false;
        foreach (var change in reply.Changes)
            if (Replica.Apply(change, now, Pending.Exists(pending => pending.Key == change.Key)))
                _overtaken.UnionWith(Pending.Where(pending => pending.Key == change.Key));
        var reached = new Bookmark(
            reply.Cursor, reply.SyncedUntil, request.Moves, reply.HasMore && (request.StateView || request.Before?.View is not null) ? (request.Moves, request.Facts) : null);
        if (request.Table is { } collection)
        {
            _cursors[collection] = reached;
            _steps[collection]++;
            return true;
        }

        _cursor = reached;
        _cursors.Clear();
        foreach (var table in Tables.Append(""))
            _steps[table]++;
        return true;
    }

    void Confirm(Change change, Ack ack)
    {
        // Another attempt was answered before.
        if (!Pending.Contains(change) || _overtaken.Remove(change))
            return;
        if (change.Kind == ChangeKind.Erase)
            Replica.Remove(change.Key);
        foreach (var write in change.Writes)
        {
            var (value, at, micros) = (write.Value, write.At, write.Micros);
            if (ack.ClampedTo is { } clamped && change.Kind == ChangeKind.Delete && write.Name == Change.DeletedAt)
                value = $"\"{clamped}\"";
            if (ack.ClampedTo is not null)
                (at, micros) = (ack.ClampedTo, Instants.Parse(ack.ClampedTo));
            Replica.Confirm(change.Key, write.Name, value, at, micros);
        }
    }
}
