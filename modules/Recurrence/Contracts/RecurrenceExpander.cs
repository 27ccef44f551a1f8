using Mana.Recurrence.Calendar;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Sets;
using Mana.Recurrence.Walking;
using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>The engine of this module. Has no state.</summary>
public sealed class RecurrenceExpander : IRecurrenceExpander
{
    public IEnumerable<Occurrence> Expand(RecurrenceSet set, OccurrenceWindow window = default, WorkBudget? budget = null) =>
        set.Overrides.Count == 0 ? PlainSeries.Expand(set, window, budget) : OverriddenSeries.Expand(set, window, budget);

    public Occurrence? Next(RecurrenceSet set, Instant after, bool inclusive = false, WorkBudget? budget = null)
    {
        foreach (var occurrence in Expand(set, new OccurrenceWindow(Ceiling(after, !inclusive)), budget))
            return occurrence;
        return null;
    }

    public Occurrence? Previous(RecurrenceSet set, Instant before, bool inclusive = false, WorkBudget? budget = null)
    {
        var limit = Gregorian.SecondOf(Ceiling(before, inclusive));
        var last = Predecessor.Find(from => Next(set, Gregorian.ToInstant(from), true, budget) is { } next ? Gregorian.SecondOf(next.StartUtc) : null, SetBounds.Earliest(set), limit);
        return last is { } second ? Next(set, Gregorian.ToInstant(second), true, budget) : null;
    }

    public long Count(RecurrenceSet set, OccurrenceWindow window = default, WorkBudget? budget = null)
    {
        if (SetBounds.IsSingleRule(set))
            return SetCounting.OfSingleRule(set, window, budget);
        var count = 0L;
        foreach (var _ in Expand(set, window, budget))
            count++;
        return count;
    }

    public Occurrence? Last(RecurrenceSet set, WorkBudget? budget = null) =>
        set.Rules.All(rule => !rule.IsInfinite) ? Previous(set, Gregorian.ToInstant(Gregorian.EndOfTime + Gregorian.SecondsPerDay), false, budget) : null;

    public bool IsSatisfiable(RecurrenceRule rule, SeriesStart start)
    {
        var plan = PlanCompiler.Compile(rule.Bits, Gregorian.SecondOf(start.Civil), start.Kind == StartKind.Date, long.MaxValue);
        return new RuleCursor(plan, plan.Start, null).MoveNext(out _);
    }

    /// <summary>The first whole second that is not before the instant (after it, when asked).</summary>
    static Instant Ceiling(Instant instant, bool after)
    {
        var whole = Instant.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());
        return whole < instant || after ? whole + Duration.FromSeconds(1) : whole;
    }
}
