using Mana.Recurrence.Calendar;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Sets;
using Mana.Recurrence.Walking;
using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>The engine of this module. Has no state.</summary>
public sealed class RecurrenceExpander : IRecurrenceExpander
{
    public IEnumerable<Occurrence> Expand(RecurrenceSet set, OccurrenceWindow window = default, WorkBudget? budget = null) => Expand(set, WindowBounds.Of(window), budget);

    public Occurrence? Next(RecurrenceSet set, Instant after, bool inclusive = false, WorkBudget? budget = null) => First(set, WindowBounds.Ceiling(after, !inclusive), budget);

    public Occurrence? Previous(RecurrenceSet set, Instant before, bool inclusive = false, WorkBudget? budget = null) =>
        LastBelow(set, WindowBounds.Ceiling(before, inclusive), budget);

    public long Count(RecurrenceSet set, OccurrenceWindow window = default, WorkBudget? budget = null) =>
        SetBounds.IsSingleRule(set) && !window.Overlapping ? SetCounting.OfSingleRule(set, WindowBounds.Of(window), budget) : Expand(set, window, budget).LongCount();

    public Occurrence? Last(RecurrenceSet set, WorkBudget? budget = null) => set.Rules.All(rule => !rule.IsInfinite) ? LastBelow(set, Gregorian.EndOfTime, budget) : null;

    public bool IsSatisfiable(RecurrenceRule rule, SeriesStart start)
    {
        var plan = PlanCompiler.Compile(rule.Bits, Gregorian.SecondOf(start.Civil), start.Kind == StartKind.Date, long.MaxValue);
        return new RuleCursor(plan, plan.Start, null).MoveNext(out _);
    }

    static IEnumerable<Occurrence> Expand(RecurrenceSet set, WindowBounds bounds, WorkBudget? budget) =>
        set.Overrides.Count == 0 ? PlainSeries.Expand(set, bounds, budget) : OverriddenSeries.Expand(set, bounds, budget);

    static Occurrence? First(RecurrenceSet set, long from, WorkBudget? budget)
    {
        foreach (var occurrence in Expand(set, new WindowBounds(from, long.MaxValue, false), budget))
            return occurrence;
        return null;
    }

    static Occurrence? LastBelow(RecurrenceSet set, long limit, WorkBudget? budget)
    {
        var last = Predecessor.Find(from => First(set, from, budget) is { } next ? Gregorian.SecondOf(next.StartUtc) : null, SetBounds.Earliest(set), limit);
        return last is { } second ? First(set, second, budget) : null;
    }
}
