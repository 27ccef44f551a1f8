namespace Mana.Sync.Merge;

/// <summary>
/// Merged state of one record: a last-write-wins register per field, and two stamps about the record as a whole.
/// States form a join-semilattice under <see cref="Join"/>: it is commutative, associative and idempotent, so replicas that
/// have seen the same versions are equal whatever the order (sync.md 13.2, 13.8).
/// </summary>
internal sealed class RecordState
{
    public const string DeletedAt = "deletedAt";
    public const string Visibility = "visibility";

    public static readonly RecordState Empty = new(new Dictionary<string, FieldVersion>(StringComparer.Ordinal), null, null);

    public RecordState(Dictionary<string, FieldVersion> fields, Stamp? inserted, Stamp? erased) =>
        (Fields, Inserted, Erased) = (fields, inserted, erased);

    public IReadOnlyDictionary<string, FieldVersion> Fields { get; }

    /// <summary>Newest full insert; null while only updates or deletes have arrived.</summary>
    public Stamp? Inserted { get; }

    /// <summary>Newest hard delete (a delete without a time).</summary>
    public Stamp? Erased { get; }

    /// <summary>Hard-deleted: only a full insert that is newer brings the record back.</summary>
    public bool IsErased => Erased is { } erased && (Inserted is not { } inserted || inserted <= erased);

    /// <summary>Soft-deleted: the field <c>deletedAt</c> holds a value.</summary>
    public bool IsDeleted => Fields.TryGetValue(DeletedAt, out var deleted) && !deleted.IsFalsy;

    /// <summary>Says of itself that only its author may see it. Means something in shared scopes only.</summary>
    public bool SaysPrivate => Fields.TryGetValue(Visibility, out var visibility) && visibility.Value.Span.SequenceEqual("\"private\""u8);

    /// <summary>Known from updates only; a full insert has not arrived yet.</summary>
    public bool IsPartial => Inserted is null;

    public Stamp? NewestStamp
    {
        get
        {
            var newest = Stamp.Newest(Inserted, Erased);
            foreach (var version in Fields.Values)
                newest = Stamp.Newest(newest, version.Stamp);
            return newest;
        }
    }

    /// <summary>The least state that contains both: the newer version of every field, without what a hard delete wiped.</summary>
    public static RecordState Join(RecordState left, RecordState right)
    {
        var erased = Stamp.Newest(left.Erased, right.Erased);
        var fields = new Dictionary<string, FieldVersion>(left.Fields.Count + right.Fields.Count, StringComparer.Ordinal);
        Add(fields, left, erased);
        Add(fields, right, erased);
        return new RecordState(fields, Stamp.Newest(left.Inserted, right.Inserted), erased);
    }

    static void Add(Dictionary<string, FieldVersion> fields, RecordState state, Stamp? erased)
    {
        foreach (var (name, version) in state.Fields)
        {
            if (erased is { } wiped && version.Stamp <= wiped)
                continue;
            if (!fields.TryGetValue(name, out var known) || version.Stamp > known.Stamp)
                fields[name] = version;
        }
    }
}
