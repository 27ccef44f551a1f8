using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>Whether a DTSTART that its own rule does not produce is an instance (RFC 5545 3.8.5.3 leaves it undefined).</summary>
public enum StartPolicy
{
    /// <summary>Only what the rules and RDATE give.</summary>
    MatchingOnly,

    /// <summary>DTSTART comes first and counts for COUNT, as calendars show it.</summary>
    AlwaysFirst,
}

/// <summary>
/// A recurrence set (RFC 5545 3.8.5): (RRULE ∪ RDATE) \ (EXDATE ∪ EXRULE), ordered by instant, each instant once, with the overrides of single
/// instances. Without any rule DTSTART is the first date.
/// </summary>
public sealed record RecurrenceSet
{
    public required SeriesStart Start { get; init; }

    public IReadOnlyList<RecurrenceRule> Rules { get; init; } = [];

    public IReadOnlyList<AdditionalDate> RDates { get; init; } = [];

    /// <summary>A DATE against a series with times removes every instance of that civil day.</summary>
    public IReadOnlyList<SeriesDate> ExDates { get; init; } = [];

    /// <summary>RFC 2445 4.8.5.2, still found in old calendars.</summary>
    public IReadOnlyList<RecurrenceRule> ExRules { get; init; } = [];

    public IReadOnlyList<OccurrenceOverride> Overrides { get; init; } = [];

    /// <summary>Without it a DATE lasts one day and a DATE-TIME no time.</summary>
    public SeriesDuration? Duration { get; init; }

    public StartPolicy StartPolicy { get; init; }

    public GapPolicy Gap { get; init; }

    public OverlapPolicy Overlap { get; init; }
}

/// <summary>A date of RDATE; a PERIOD carries its own duration.</summary>
public readonly record struct AdditionalDate(SeriesDate Start, SeriesDuration? Duration = null);

/// <summary>
/// A changed instance (RFC 5545 3.8.4.4), keyed by its original start. Without a new start it stays where it was. One whose original is not in the
/// set stands alone.
/// </summary>
public sealed record OccurrenceOverride(SeriesDate RecurrenceId)
{
    public SeriesDate? Start { get; init; }

    public SeriesDuration? Duration { get; init; }

    /// <summary>STATUS:CANCELLED.</summary>
    public bool Cancelled { get; init; }

    /// <summary>RANGE=THISANDFUTURE: all later instances move by as much civil time and take the duration, until the next of its kind.</summary>
    public bool ThisAndFuture { get; init; }

    /// <summary>Of two overrides of one instance the higher SEQUENCE wins, then the later <see cref="Stamp"/>.</summary>
    public int Sequence { get; init; }

    public Instant Stamp { get; init; }
}
