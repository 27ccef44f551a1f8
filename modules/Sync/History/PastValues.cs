using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.History;

/// <summary>
/// The values that a record had after one of its versions, gathered while its rows are walked from the newest back. Of several versions of a
/// field the merge decides, as it did then: a row holds what won when it was accepted, and among what it lost is also what a tie took from it later.
/// </summary>
/// <param name="wiped">The newest hard delete of the record: what it covers never counted, however late it came.</param>
internal sealed class PastValues(Stamp? wiped)
{
    readonly Dictionary<string, FieldVersion> _won = new(StringComparer.Ordinal);
    readonly Dictionary<string, FieldVersion> _lost = new(StringComparer.Ordinal);
    readonly Dictionary<string, ReadOnlyMemory<byte>> _said = new(StringComparer.Ordinal);
    StoredVersion? _oldest;
    bool _folded;

    /// <summary>The version has been met.</summary>
    public bool Found => _oldest is not null;

    /// <summary>Everything there was is known: a field without a value did not exist then. Otherwise nothing can be said of it.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes the next older row; those before the wanted version are passed over.</summary>
    /// <returns>True when the rest need not be read: it was wiped.</returns>
    public bool Add(StoredVersion row, Guid wanted)
    {
        var isWanted = row.EventId == wanted;
        if (!Found && !isWanted)
            return false;
        // A deletion directly above a wipe is what compaction made of a record that was made anew and deleted: no edit can be that.
        _folded |= row.Kind == EditKind.Erase && _oldest?.Kind == EditKind.Delete;
        _oldest = row;
        _folded |= row.Kind == EditKind.Folded;
        // Who picks a version wants what it said, also where that did not prevail.
        if (isWanted)
            foreach (var (field, value, _) in PastState.LostOf(row).Where(lost => lost.Field != RecordState.Visibility))
                _said[field] = value;
        if (row.Kind == EditKind.Erase)
        {
            IsComplete = !isWanted && !_folded;
            return true;
        }

        foreach (var (field, value, at) in PastState.VersionsOf(row))
            _won.TryAdd(field, Version(row, value, at));
        if (row.Kind != EditKind.Refused)
            foreach (var (field, value, at) in PastState.LostOf(row))
                KeepNewer(field, Version(row, value, at));
        return false;
    }

    /// <summary>There are no older rows.</summary>
    /// <param name="broken">The chain points to one that is no longer there.</param>
    public void End(bool broken) => IsComplete = !broken && !_folded && _oldest?.Kind is EditKind.Insert or EditKind.Update;

    /// <summary>What is known, by field.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> ToDictionary()
    {
        var values = new Dictionary<string, ReadOnlyMemory<byte>>(_said, StringComparer.Ordinal);
        foreach (var (field, won) in _won)
            values.TryAdd(field, (_lost.TryGetValue(field, out var lost) && lost.Stamp > won.Stamp ? lost : won).Value);
        // Behind a gap, what it lost to may have been folded away.
        if (IsComplete)
            foreach (var (field, lost) in _lost)
                values.TryAdd(field, lost.Value);
        return values;
    }

    /// <summary>Who may see a record is its author's to say: of others' wishes nothing counts, and rows do not tell them from what a tie took.</summary>
    void KeepNewer(string field, FieldVersion version)
    {
        if (field != RecordState.Visibility && !(version.Stamp <= wiped) && (!_lost.TryGetValue(field, out var known) || version.Stamp > known.Stamp))
            _lost[field] = version;
    }

    static FieldVersion Version(StoredVersion row, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> at) =>
        new(new Stamp(at.Length > 2 && Rfc3339.TryParse(at.Span[1..^1], out var micros) ? micros : row.Seq, row.Seq), at, value);
}
