using Mana.Sync.Merge;

namespace Mana.Sync.Compaction;

/// <summary>One log row of a record, without its content.</summary>
internal sealed record OldRow(long Seq, EditKind Kind, long? Audience, long? PreviousSeq, bool HasLost, bool Delivers)
{
    /// <summary>Tells the members other than the author to forget the record.</summary>
    public bool Hides => Audience < 0 && Kind == EditKind.Erase;
}

/// <summary>What becomes of the old rows of one record.</summary>
/// <param name="Into">The row that takes up the rest; null when nothing is left that newer rows do not say.</param>
internal sealed record FoldedRecord(FoldedRow? Into, IReadOnlyList<long> Removed)
{
    public static readonly FoldedRecord Nothing = new(null, []);
}

/// <summary>One row in place of several.</summary>
/// <param name="Fields">What it says; of a deleted record the deletion only.</param>
internal sealed record FoldedRow(long Seq, EditKind Kind, long? Audience, long? PreviousSeq, IReadOnlyDictionary<string, FieldVersion> Fields);

/// <summary>
/// Takes the old rows of a record together into one (sync.md 15.5). The folded row holds every field version that is still current and was
/// accepted up to then, and lies where the newest of the folded rows lay. So each cursor stays valid, however old: whoever has not
/// passed that position gets at least what they have missed, whoever has passed it missed nothing, and what the row lacks a newer row says.
/// </summary>
internal static class Fold
{
    /// <summary>Decides; changes nothing.</summary>
    /// <param name="rows">All rows of the record up to some position, oldest first.</param>
    /// <param name="state">The merged record as it is now.</param>
    public static FoldedRecord Of(IReadOnlyList<OldRow> rows, RecordState state)
    {
        var newest = rows[^1];
        var until = newest.Seq;
        var audience = newest.Hides ? -newest.Audience : newest.Audience > 0 ? newest.Audience : null;
        var kept = new List<OldRow>(2);
        // A device that knew the record from before must forget what it held, whatever it is given afterwards. The last row that says so: it
        // may be the answer to an edit that came too late.
        if (state.Erased is not null && rows.LastOrDefault(row => row.Kind == EditKind.Erase && !row.Hides) is { } erasing)
            kept.Add(erasing);
        if (audience is not null && rows.LastOrDefault(row => row.Hides) is { } hiding)
            kept.Add(hiding);
        var rest = rows.Except(kept).ToList();
        var fields = state.IsErased ? [] : state.Fields.Where(field => field.Value.Stamp.Seq <= until).ToDictionary(StringComparer.Ordinal);
        // A record can exist without any field; its insert is all there is of it.
        if (fields.Count == 0 && rest.Count > 0 && !state.IsErased && state.Fields.Count == 0)
            return new FoldedRecord(null, [.. rest.Take(rest.Count - 1).Select(row => row.Seq)]);
        if (rest.Count == 0 || fields.Count == 0)
            return new FoldedRecord(null, rest.ConvertAll(row => row.Seq));
        var into = Row(rest[^1].Seq, audience, kept.LastOrDefault(row => row.Seq < rest[^1].Seq)?.Seq, fields);
        return rest is [{ HasLost: false, Delivers: true }] ? FoldedRecord.Nothing : new FoldedRecord(into, [.. rest.Take(rest.Count - 1).Select(row => row.Seq)]);
    }

    /// <summary>
    /// What is kept of a record that was deleted up to <paramref name="until"/>: the deletion, what says whose it is and who may see it, and
    /// what was edited since: that is as young as anything that is not deleted.
    /// Null when there is nothing to take away.
    /// </summary>
    public static RecordState? Emptied(RecordState state, long until)
    {
        if (!state.IsDeleted || state.Erased is not null || state.Fields[RecordState.DeletedAt].Stamp.Seq > until)
            return null;
        var kept = state.Fields.Where(field => field.Key is RecordState.DeletedAt or RecordState.Visibility || Merger.IsFrozen(field.Key) || field.Value.Stamp.Seq > until).ToDictionary(StringComparer.Ordinal);
        return kept.Count == state.Fields.Count ? null : new RecordState(kept, state.Inserted, null);
    }

    /// <summary>Of a deleted record the deletion is told; what it held comes back with the change that takes the deletion back.</summary>
    static FoldedRow Row(long seq, long? audience, long? previous, Dictionary<string, FieldVersion> fields) =>
        fields.TryGetValue(RecordState.DeletedAt, out var deletion) && !deletion.IsFalsy
            ? new FoldedRow(seq, EditKind.Delete, audience, previous, new Dictionary<string, FieldVersion>(StringComparer.Ordinal) { [RecordState.DeletedAt] = deletion })
            : new FoldedRow(seq, EditKind.Folded, audience, previous, fields);
}
