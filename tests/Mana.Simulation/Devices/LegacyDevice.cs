using Mana.Simulation.Worlds;

namespace Mana.Simulation.Devices;

/// <summary>
/// The unmodified client: one store that edits are written to at once, a timestamp per collection, no event ids. A push starts at the oldest
/// of its cursors and moves all of them; a pull moves its own after the last page (sync.md 14.1). Its clock may be wrong, but never behind
/// a version that it has seen of the very field it edits: for that the original promises nothing.
/// </summary>
internal sealed class LegacyDevice(Person person, string name, string clientId) : Device(person, name, clientId, new Replica(legacy: true, person.World.NewestEdit))
{
    int _replies;
    readonly Dictionary<string, string> _cursors = Tables.ToDictionary(table => table, _ => Instants.Epoch, StringComparer.Ordinal);

    public override bool IsLegacy => true;

    public override IReadOnlyDictionary<string, Held>? View(RecordKey key) => Replica.Find(key);

    public override long TimeFor(RecordKey key, IEnumerable<string> fields, long now)
    {
        var record = Replica.Find(key);
        var seen = fields.Select(field => record?.GetValueOrDefault(field)?.Seen ?? 0).Append(Replica.Floor(key)).Max();
        // Rounded up: it writes milliseconds, and what it has seen may be finer.
        return Math.Max((seen + 999) / 1000 * 1000, now + Skew);
    }

    public override void Edit(Change change)
    {
        if (change.Kind == ChangeKind.Erase)
            Replica.Remove(change.Key);
        foreach (var write in change.Writes)
            Replica.Set(change.Key, write);
        Pending.Add(change);
    }

    public override Request Push(int most, RequestFrame frame) =>
        Make(frame, _replies, null, null, _cursors.Values.Min(StringComparer.Ordinal), null, [.. Pending.Take(most)]);

    public override Request Pull(string table, int? limit, RequestFrame frame) => Make(frame, _replies, table, limit, _cursors[table], null, []);

    public override Request Following(Request request, Reply reply, RequestFrame frame) =>
        Make(frame, _replies, request.Table, request.Limit, reply.SyncedUntil, null, request.IsPush ? [.. Pending] : []);

    public override bool Accept(Request request, Reply reply, string now, bool crashHalfway = false)
    {
        // Only a reply that is the last of its kind moves a cursor. Older rows taken from one that does not would never be put right.
        if (!request.IsPush && reply.HasMore && request.Steps != _replies)
            return false;
        _replies++;
        var changes = reply.Changes;
        foreach (var change in crashHalfway ? changes.Take(changes.Count / 2) : changes)
            Replica.Apply(change, now);
        if (crashHalfway)
        {
            Crash();
            return true;
        }

        if (request.IsPush)
        {
            Settle(request);
            foreach (var table in Tables)
                _cursors[table] = reply.SyncedUntil;
        }
        else if (!reply.HasMore)
        {
            _cursors[request.Table!] = reply.SyncedUntil;
        }

        return true;
    }
}
