using Mana.Kernel.Ids;
using Mana.Sync.Merge;

namespace Mana.Sync.Push;

/// <summary>
/// The part of a push between its two round trips, for one scope: gives every planned change its position, merges it, and decides what is
/// written. Works on memory only; the caller holds the lock of the scope meanwhile.
/// </summary>
internal sealed class PushSession(LockedScope scope, LockedScopes locked, PushOutcome outcome, IIdSource ids)
{
    public LockedScope Scope => scope;

    public List<LogRow> Rows { get; } = [];

    /// <summary>Older rows, already stored, that must no longer deliver a field.</summary>
    public Dictionary<long, HashSet<string>> Superseded { get; } = [];

    public IEnumerable<RecordSlot> Touched => scope.Records.Values.Where(record => record.Touched);

    /// <summary>Where the record is, when the change expected it elsewhere. One that is stored already expects nothing any more.</summary>
    public (int Index, long Position)? Unexpected(PlannedChange change)
    {
        if (change.Source.ExpectedSeq is not { } expected || (change.EventId is { } id && locked.KnownEvents.ContainsKey(id)))
            return null;
        var position = scope.Records.TryGetValue(change.Key, out var slot) ? slot.LastSeq : 0;
        return position == expected ? null : (change.Source.Index, position);
    }

    public void Add(PlannedChange change)
    {
        var author = AuthorOf(change);
        var slot = scope.Records.TryGetValue(change.Key, out var found)
            ? found
            : scope.Records[change.Key] = new RecordSlot { Key = change.Key, State = RecordState.Empty, AuthorId = author };
        if (StoredAt(change, slot) is { } stored)
        {
            // Whoever repeats a change may not have read the first answer: it says again what the server did to the times.
            FieldTimes.Resolve(change, stored, out var clampedBefore);
            outcome.Repeated(change, clampedBefore);
            return;
        }

        var seq = scope.Positions.Take(change.Past?.NotBefore);
        if (change.EventId is { } id)
            locked.KnownEvents[id] = seq;
        var edit = FieldTimes.Resolve(change, seq, out var clampedAt);
        if (slot.IsPrivate && slot.AuthorId != author)
        {
            // A device that does not know yet that the record is hidden from it. Accepted, so that its queue moves on; without effect.
            Append(slot, edit.Seq, new Written(change, EditKind.Refused, null, ChangeBody.Refused(edit)) { Audience = slot.AuthorId });
            outcome.Stored(change, clampedAt, edit.Fields.Count);
            return;
        }

        if (change.Source.ExpectedSeq is not null)
            edit = FieldTimes.Beat(edit, change, slot.State);
        edit = Revival.Lift(edit, slot.State);
        var merged = Merger.Apply(slot.State, edit, slot.AuthorId == author || !scope.IsShared);
        Store(change, edit, merged, slot);
        outcome.Stored(change, clampedAt, merged.Frozen);
    }

    /// <summary>Key of the own scope of whoever wrote the change.</summary>
    long AuthorOf(PlannedChange change) => change.Past?.AuthorId ?? locked.AuthorId;

    /// <summary>The position at which the same change is stored already.</summary>
    long? StoredAt(PlannedChange change, RecordSlot slot)
    {
        if (change.EventId is { } id)
            return locked.KnownEvents.TryGetValue(id, out var seq) ? seq : null;
        return change.Fingerprint == slot.Fingerprint ? slot.LastSeq : null;
    }

    void Store(PlannedChange change, RecordEdit edit, MergeOutcome merged, RecordSlot slot)
    {
        var (kind, body) = ChangeBody.Compose(change, edit, merged);
        var isNew = slot.LastSeq == 0;
        var (wasPrivate, isPrivate) = (slot.IsPrivate, scope.IsShared && (merged.After.SaysPrivate || (slot.IsPrivate && merged.After.IsErased)));
        var onlyAuthor = wasPrivate || isPrivate ? slot.AuthorId : default(long?);
        Append(slot, edit.Seq, new Written(change, kind, body, ChangeBody.Lost(edit, merged)) { Echo = NeedsEcho(edit, merged, slot, AuthorOf(change)), Audience = onlyAuthor });
        foreach (var tie in merged.Ties)
            Supersede(tie);
        for (var i = 0; i < edit.Fields.Count; i++)
            if (merged.Lost[i] && merged.After.Fields.TryGetValue(edit.Fields[i].Name, out var current) && current.Stamp.At > edit.Fields[i].AtMicros)
                outcome.Conflicts.Add(new Conflict(slot.Key, edit.Fields[i].Name, edit.Fields[i], current));
        (slot.State, slot.Fingerprint, slot.IsPrivate) = (merged.After, change.Fingerprint, isPrivate);
        // Of a record that is private from the start nobody else ever hears, and one that is gone has nothing to show.
        if (wasPrivate != isPrivate && !isNew && (isPrivate || !merged.After.IsErased))
            TellTheOthers(change, slot);
    }

    /// <summary>
    /// Its own device, too, must be given the row. When it won a tie by arriving later. When it meets or takes back a deletion: devices ignore
    /// the deletion of what they do not know, and what a deletion hides is no longer told once the log is compacted. And from the first
    /// deletion without a time on: that has nothing to compare by; whoever reads it (again) loses what they have, and needs everything that
    /// came after it, their own as well. To the other members a record that was hidden once is such a record.
    /// </summary>
    bool NeedsEcho(RecordEdit edit, MergeOutcome merged, RecordSlot slot, long author) =>
        merged.Ties.Count > 0 || merged.Undeleted || merged.EarlierDeletion(edit.Seq) is not null || merged.After.Erased is not null
        || (scope.IsShared && slot.AuthorId != author && merged.After.Fields.ContainsKey(RecordState.Visibility));

    /// <summary>
    /// A record that becomes private is deleted for the other members, together with what they could still read of its past; one that
    /// becomes visible reaches them as a whole (sync.md 19, rule 4).
    /// </summary>
    void TellTheOthers(PlannedChange change, RecordSlot slot)
    {
        var (actor, origin) = (change.Source.Actor, change.Source.Origin);
        var (kind, body) = slot.IsPrivate
            ? (EditKind.Erase, StateBody.Bare(change.SpaceId, actor, origin))
            : StateBody.Whole(slot.Key.Id, slot.State, change.SpaceId, actor, origin);
        if (slot.IsPrivate)
            Withdraw(slot);
        Append(slot, scope.Positions.Take(null), new Written(change, kind, body, null) { Audience = -slot.AuthorId, OwnEvent = false });
    }

    /// <summary>What this very push would have let the others read: the record's changes are for its author now, and what told of it is not said.</summary>
    void Withdraw(RecordSlot slot)
    {
        slot.Withdrawn = true;
        foreach (var row in Rows.Where(row => row.Change.Key == slot.Key && row.Audience is null))
            row.Audience = slot.AuthorId;
        foreach (var told in Rows.Where(row => row.Change.Key == slot.Key && row.Audience < 0 && row.Kind != EditKind.Erase).ToList())
        {
            foreach (var next in Rows.Where(row => row.Change.Key == slot.Key && row.PreviousSeq == told.Seq))
                next.PreviousSeq = told.PreviousSeq;
            Rows.Remove(told);
        }
    }

    void Append(RecordSlot slot, long seq, Written written)
    {
        Rows.Add(new LogRow
        {
            Seq = seq,
            EventId = (written.OwnEvent ? written.Change.EventId : null) ?? ids.NewGuid(),
            Change = written.Change,
            Kind = written.Kind,
            Body = written.Body,
            Lost = written.Lost,
            Echo = written.Echo,
            PreviousSeq = slot.LastSeq == 0 ? null : slot.LastSeq,
            Audience = written.Audience,
        });
        (slot.LastSeq, slot.Touched) = (seq, true);
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

    readonly record struct Written(PlannedChange Change, EditKind Kind, byte[]? Body, byte[]? Lost)
    {
        public bool Echo { get; init; }

        public long? Audience { get; init; }

        /// <summary>The row stands for the client's change itself, not for a consequence of it.</summary>
        public bool OwnEvent { get; init; } = true;
    }
}
