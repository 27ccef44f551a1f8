namespace Mana.Sync.Merge;

/// <summary>What an edit did to a record.</summary>
/// <param name="After">The merged state.</param>
/// <param name="Lost">By index of <see cref="RecordEdit.Fields"/>: the version did not become the current one.</param>
/// <param name="Ties">Positions whose version of a field was beaten by this edit at the same instant with another value.</param>
/// <param name="Frozen">How many fields were refused because they never change after creation.</param>
internal sealed record MergeOutcome(RecordState Before, RecordState After, bool[] Lost, IReadOnlyList<Tie> Ties, int Frozen)
{
    public bool AnyLost => Array.IndexOf(Lost, true) >= 0;

    public bool AllLost => Lost.Length > 0 && Array.IndexOf(Lost, false) < 0;

    /// <summary>The edit brought a hard-deleted record back.</summary>
    public bool Revived => Before.IsErased && !After.IsErased;

    /// <summary>The edit took a soft delete back. Devices that came to know the record as deleted never saw what it held.</summary>
    public bool Undeleted => Before.IsDeleted && !After.IsDeleted && !After.IsErased;

    /// <summary>The deletion that the record has from another edit than the one at <paramref name="seq"/>.</summary>
    public FieldVersion? EarlierDeletion(long seq) => After.IsDeleted && After.Fields[RecordState.DeletedAt] is var deletion && deletion.Stamp.Seq != seq ? deletion : null;
}

/// <summary>Field <paramref name="Field"/> of the log row at <paramref name="Seq"/> lost by acceptance order.</summary>
internal readonly record struct Tie(string Field, long Seq);

/// <summary>Applies edits in the order of their positions. Pure: same input, same output, nothing else touched.</summary>
internal static class Merger
{
    /// <summary>Fields that keep their first value (sync.md 13.8): a move between spaces is delete and insert.</summary>
    static readonly HashSet<string> FrozenFields = new(StringComparer.Ordinal) { "spaceId", "authorId", "userId" };

    public static bool IsFrozen(string field) => FrozenFields.Contains(field);

    /// <summary>Merges one edit into the state that its record had.</summary>
    /// <param name="ownsRecord">The editor wrote the record first, or nobody else can see it. Only then may its visibility change (sync.md 19).</param>
    public static MergeOutcome Apply(RecordState before, RecordEdit edit, bool ownsRecord = true)
    {
        var frozen = 0;
        var ties = default(List<Tie>);
        var accepted = new Dictionary<string, FieldVersion>(edit.Fields.Count, StringComparer.Ordinal);
        foreach (var field in edit.Fields)
        {
            var version = new FieldVersion(new Stamp(field.AtMicros, edit.Seq), field.At, field.Value);
            before.Fields.TryGetValue(field.Name, out var known);
            if ((known is { IsNull: false } && FrozenFields.Contains(field.Name)) || (!ownsRecord && field.Name == RecordState.Visibility))
            {
                frozen += known?.HasValueOf(version) == true ? 0 : 1;
                continue;
            }

            accepted[field.Name] = version;
            if (known is not null && known.Stamp.At == field.AtMicros && known.Stamp < version.Stamp && !known.HasValueOf(version))
                (ties ??= []).Add(new Tie(field.Name, known.Stamp.Seq));
        }

        var after = RecordState.Join(before, StateOf(before, edit, accepted));
        var lost = new bool[edit.Fields.Count];
        for (var i = 0; i < lost.Length; i++)
            lost[i] = !after.Fields.TryGetValue(edit.Fields[i].Name, out var winner) || winner.Stamp.Seq != edit.Seq;
        return new MergeOutcome(before, after, lost, ties ?? (IReadOnlyList<Tie>)[], frozen);
    }

    static RecordState StateOf(RecordState before, RecordEdit edit, Dictionary<string, FieldVersion> accepted) => edit.Kind switch
    {
        EditKind.Insert => new RecordState(accepted, new Stamp(NewestTime(edit), edit.Seq), null),
        EditKind.Update or EditKind.Delete => new RecordState(accepted, null, null),
        // A hard delete covers everything the server has seen, also versions whose clock runs a little ahead.
        EditKind.Folded or EditKind.Refused => throw new ArgumentException("Stored rows are of this kind; edits are not.", nameof(edit)),
        EditKind.Erase => new RecordState(accepted, null, new Stamp(Math.Max(edit.ReceivedAt, before.NewestStamp?.At ?? 0), edit.Seq)),
    };

    static long NewestTime(RecordEdit edit)
    {
        var newest = edit.Fields.Count == 0 ? edit.ReceivedAt : long.MinValue;
        foreach (var field in edit.Fields)
            newest = Math.Max(newest, field.AtMicros);
        return newest;
    }
}
