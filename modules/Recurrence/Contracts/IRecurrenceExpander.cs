using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>
/// The engine's seam: recurrence sets in, instances out. Another RFC 5545 engine could stand behind it. Pure and thread-safe; lazy; whatever would
/// run too long ends when its <see cref="WorkBudget"/> does, which then says so.
/// </summary>
public interface IRecurrenceExpander
{
    /// <summary>Ascending by start, then by original start. Seeks to the window; does not walk there from DTSTART.</summary>
    IEnumerable<Occurrence> Expand(RecurrenceSet set, OccurrenceWindow window = default, WorkBudget? budget = null);

    /// <summary>The first instance after an instant, or at it when <paramref name="inclusive"/>.</summary>
    Occurrence? Next(RecurrenceSet set, Instant after, bool inclusive = false, WorkBudget? budget = null);

    /// <summary>The last instance before an instant, or at it when <paramref name="inclusive"/>.</summary>
    Occurrence? Previous(RecurrenceSet set, Instant before, bool inclusive = false, WorkBudget? budget = null);

    /// <summary>How many instances start in the window. A single rule is counted, not walked, where arithmetic can.</summary>
    long Count(RecurrenceSet set, OccurrenceWindow window = default, WorkBudget? budget = null);

    /// <summary>The last instance of a set that ends, or null: it is empty, or has no end before 9999-12-31.</summary>
    Occurrence? Last(RecurrenceSet set, WorkBudget? budget = null);

    /// <summary>Whether the rule gives any instance at all from that start, were there neither COUNT nor UNTIL (compute.md 6.9). Proved, not tried.</summary>
    bool IsSatisfiable(RecurrenceRule rule, SeriesStart start);
}
