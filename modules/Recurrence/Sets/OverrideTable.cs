using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Sets;

/// <summary>
/// The overrides of a set by original start (RFC 5545 3.8.4.4, compute.md 6.6). One with RANGE=THISANDFUTURE begins a segment in which every instance moves.
/// </summary>
internal sealed class OverrideTable
{
    readonly Dictionary<long, OccurrenceOverride> _byOriginal = [];

    public OverrideTable(RecurrenceSet set)
    {
        foreach (var change in set.Overrides)
        {
            var key = SetBounds.SecondOf(set, change.RecurrenceId, out _);
            if (!_byOriginal.TryGetValue(key, out var other) || (change.Sequence, change.Stamp).CompareTo((other.Sequence, other.Stamp)) >= 0)
                _byOriginal[key] = change;
        }

        Segments = [new Segment(long.MinValue, long.MaxValue, 0, null, false)];
        foreach (var (key, change) in _byOriginal.Where(entry => entry.Value.ThisAndFuture).OrderBy(entry => entry.Key))
        {
            Segments[^1] = Segments[^1] with { Before = key };
            var shift = change.Start is { } start ? Gregorian.SecondOf(start.Civil) - Gregorian.SecondOf(change.RecurrenceId.Civil) : 0;
            Segments.Add(new Segment(key, long.MaxValue, shift, change.Duration, change.Cancelled));
        }
    }

    public List<Segment> Segments { get; }

    public IEnumerable<(long Original, OccurrenceOverride Change)> Entries => _byOriginal.Select(entry => (entry.Key, entry.Value));

    public bool Replaces(long original) => _byOriginal.ContainsKey(original);
}

/// <summary>Instances whose original start is in a range, and by how much civil time they all move.</summary>
internal readonly record struct Segment(long From, long Before, long Shift, SeriesDuration? Duration, bool Cancelled);
