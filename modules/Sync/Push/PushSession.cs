using Mana.Kernel.Ids;
using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>What became of one change of the request, for <c>acks</c> and <c>conflicts</c>.</summary>
internal sealed record Ack(int Index, Guid? EventId, bool Duplicate, byte[]? ClampedAt);

/// <summary>One pushed field that lost against a newer stored version (sync.md 13.6).</summary>
internal sealed record Conflict(RecordKey Key, string Field, EditedField Pushed, FieldVersion Current);

/// <summary>
/// The part of a push between its two round trips: gives every planned change its position, merges it, and decides what is written.
/// Works on memory only; the caller holds the lock of the scope meanwhile.
/// </summary>
internal sealed class PushSession(long firstSeq, Dictionary<RecordKey, RecordSlot> records, Dictionary<Guid, long> known, IIdSource ids)
{
    long _next = firstSeq;

    public List<LogRow> Rows { get; } = [];

    public List<Ack> Acks { get; } = [];

    public List<Conflict> Conflicts { get; } = [];

    /// <summary>Older rows, already stored, that must no longer deliver a field.</summary>
    public Dictionary<long, HashSet<string>> Superseded { get; } = [];

    public IEnumerable<RecordSlot> Touched => records.Values.Where(record => record.Touched);

    public int Duplicates { get; private set; }

    public int Clamped { get; private set; }

    public int Frozen { get; private set; }

    public void Add(PlannedChange change)
    {
        var slot = records.TryGetValue(change.Key, out var found) ? found : records[change.Key] = new RecordSlot { Key = change.Key, State = RecordState.Empty };
        if (StoredAt(change, slot) is { } stored)
        {
            Duplicates++;
            // Whoever repeats a change may not have read the first answer: it says again what the server did to the times.
            Resolve(change, stored, out var clampedBefore);
            Acknowledge(change, true, clampedBefore);
            return;
        }

        var seq = _next;
        _next += Position.Step;
        if (change.EventId is { } id)
            known[id] = seq;
        var edit = Resolve(change, seq, out var clampedAt);
        var outcome = Merger.Apply(slot.State, edit);
        Store(change, edit, outcome, slot);
        Clamped += clampedAt is null ? 0 : 1;
        Frozen += outcome.Frozen;
        Acknowledge(change, false, clampedAt);
    }

    /// <summary>The position at which the same change is stored already.</summary>
    long? StoredAt(PlannedChange change, RecordSlot slot)
    {
        if (change.EventId is { } id)
            return known.TryGetValue(id, out var seq) ? seq : null;
        return change.Fingerprint == slot.Fingerprint ? slot.LastSeq : null;
    }

    void Store(PlannedChange change, RecordEdit edit, MergeOutcome outcome, RecordSlot slot)
    {
        var (kind, body) = ChangeBody.Compose(change, edit, outcome);
        Rows.Add(new LogRow
        {
            Seq = edit.Seq,
            EventId = change.EventId ?? ids.NewGuid(),
            Change = change,
            Kind = kind,
            Body = body,
            Lost = ChangeBody.Lost(edit, outcome),
            Echo = outcome.Ties.Count > 0,
        });
        foreach (var tie in outcome.Ties)
            Supersede(tie);
        for (var i = 0; i < edit.Fields.Count; i++)
            if (outcome.Lost[i] && outcome.After.Fields.TryGetValue(edit.Fields[i].Name, out var current) && current.Stamp.At > edit.Fields[i].AtMicros)
                Conflicts.Add(new Conflict(slot.Key, edit.Fields[i].Name, edit.Fields[i], current));
        (slot.State, slot.Fingerprint, slot.LastSeq, slot.Touched) = (outcome.After, change.Fingerprint, edit.Seq, true);
    }

    void Supersede(Tie tie)
    {
        if (Rows.Find(row => row.Seq == tie.Seq) is { } own)
            (own.Body, own.Lost) = StoredBody.WithoutFields(own.Body, own.Lost, [tie.Field]);
        else if (Superseded.TryGetValue(tie.Seq, out var fields))
            fields.Add(tie.Field);
        else
            Superseded[tie.Seq] = [tie.Field];
    }

    /// <summary>Missing times become the receive time; times too far ahead of the server are set back to it (sync.md 13.5, 13.7).</summary>
    static RecordEdit Resolve(PlannedChange change, long seq, out byte[]? clampedAt)
    {
        // Milliseconds, as clients write them: unmodified clients compare these strings, not the instants.
        var received = seq - (seq % 1000);
        byte[]? receivedAt = null;
        clampedAt = null;
        var fields = new EditedField[change.Fields.Count];
        for (var i = 0; i < fields.Length; i++)
        {
            var planned = change.Fields[i];
            if (planned.At is { } at && at.Micros <= received + Limits.ClockSkewMicros)
            {
                fields[i] = new EditedField(planned.Name, planned.Value, at.Token, at.Micros);
                continue;
            }

            receivedAt ??= Rfc3339.QuotedMillis(received);
            clampedAt = planned.At is null ? clampedAt : receivedAt;
            var value = change.Kind == EditKind.Delete && planned.Name == RecordState.DeletedAt ? receivedAt : planned.Value;
            fields[i] = new EditedField(planned.Name, value, receivedAt, received);
        }

        return new RecordEdit(change.Kind, fields, seq, received);
    }

    void Acknowledge(PlannedChange change, bool duplicate, byte[]? clampedAt)
    {
        // The two rows of a delete with edits are one change to its sender.
        if (Acks.Count > 0 && Acks[^1].Index == change.Source.Index)
            Acks[^1] = Acks[^1] with { ClampedAt = Acks[^1].ClampedAt ?? clampedAt };
        else
            Acks.Add(new Ack(change.Source.Index, change.Source.EventId, duplicate, clampedAt));
    }
}

/// <summary>Positions of the log: even numbers of microseconds since 1970-01-01 UTC, strictly increasing per scope.</summary>
internal static class Position
{
    public const int Step = 2;
}
