using Mana.Simulation.Devices;

namespace Mana.Simulation.Checks;

/// <summary>One field as it must be.</summary>
internal sealed record Version(string Value, string At, long Micros, long Seq)
{
    public bool IsNewerThan(Version? other) => other is null || Micros > other.Micros || (Micros == other.Micros && Seq > other.Seq);
}

/// <summary>One record as it must be.</summary>
internal sealed class Truth(string author)
{
    public string Author => author;

    public Dictionary<string, Version> Fields { get; } = new(StringComparer.Ordinal);

    public (long Micros, long Seq)? Inserted { get; set; }

    public (long Micros, long Seq)? Erased { get; set; }

    public bool IsErased => Erased is { } erased && (Inserted is not { } inserted || inserted.CompareTo(erased) <= 0);

    public bool IsDeleted => Fields.TryGetValue(Change.DeletedAt, out var deleted) && deleted.Value != "null";

    public bool IsPrivate { get; set; }

    public bool VisibleTo(string reader) => !IsErased && !IsDeleted && (!IsPrivate || reader == author);
}

/// <summary>
/// Sync.md 13 written down a second time, from the specification and without a look at the module: the accepted changes in the order of
/// acceptance, and what must come of them.
/// </summary>
internal sealed class Oracle
{
    const long Tolerance = 5 * 60 * 1_000_000L;
    readonly Dictionary<(string Scope, RecordKey Key), Truth> _records = [];

    public Oracle(IEnumerable<Accepted> accepted)
    {
        foreach (var change in accepted)
            Apply(change);
    }

    public IReadOnlyDictionary<(string Scope, RecordKey Key), Truth> Records => _records;

    void Apply(Accepted accepted)
    {
        var (part, seq, shared) = (accepted.Part, accepted.Seq, accepted.Scope.StartsWith("space:", StringComparison.Ordinal));
        var key = (accepted.Scope, part.Change.Key);
        if (!_records.TryGetValue(key, out var truth))
            _records[key] = truth = new Truth(accepted.Author);
        // Whoever cannot see a record cannot change it (section 19, rule 4).
        if (truth.IsPrivate && accepted.Author != truth.Author)
            return;
        // The position is the moment of receipt; times count in milliseconds from there on (13.7).
        var received = seq / 1000 * 1000;
        if (part.Kind == ChangeKind.Erase)
            Erase(truth, received, seq);
        if (part.Kind == ChangeKind.Insert && part.Writes.Max(write => Clamped(write, received).Micros) is var newest && (truth.Inserted is not { } before || (newest, seq).CompareTo(before) > 0))
            truth.Inserted = (newest, seq);
        foreach (var write in part.Writes.Where(write => !shared || write.Name != Change.Visibility || accepted.Author == truth.Author))
        {
            var (micros, at) = Clamped(write, received);
            var value = at != write.At && part.Kind == ChangeKind.Delete ? $"\"{at}\"" : write.Value;
            var version = new Version(value, at, micros, seq);
            if ((truth.Erased is not { } erased || (micros, seq).CompareTo(erased) > 0) && version.IsNewerThan(truth.Fields.GetValueOrDefault(write.Name)))
                truth.Fields[write.Name] = version;
        }

        // A hidden record that is gone stays hidden: nobody else is to hear of it.
        truth.IsPrivate = shared && (truth.Fields.GetValueOrDefault(Change.Visibility)?.Value == "\"private\"" || (truth.IsPrivate && truth.IsErased));
    }

    /// <summary>A hard delete takes everything that the server has seen, also what is dated a little ahead of it.</summary>
    static void Erase(Truth truth, long received, long seq)
    {
        var newest = truth.Fields.Values.Select(version => version.Micros).Append(received).Append(truth.Inserted?.Micros ?? 0).Append(truth.Erased?.Micros ?? 0).Max();
        truth.Erased = (newest, seq);
        truth.Fields.Clear();
    }

    static (long Micros, string At) Clamped(FieldWrite write, long received) =>
        write.Micros > received + Tolerance ? (received, Instants.Format(received, TimeStyle.Millis)) : (write.Micros, write.At);
}
