using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;
using NodaTime;

namespace Mana.Recurrence.Walking;

/// <summary>Questions about one rule in civil time: the plan is compiled once, every question is a seek.</summary>
internal readonly struct CivilQueries
{
    readonly RulePlan _plan;
    readonly long _count;

    public CivilQueries(RecurrenceRule rule, LocalDateTime start)
    {
        _plan = PlanCompiler.Compile(rule.Bits, Gregorian.SecondOf(start), false, RuleBounds.Last(rule.Bits));
        _count = rule.Count ?? long.MaxValue;
    }

    public static long Ceiling(LocalDateTime time) => Gregorian.SecondOf(time) + (time.NanosecondOfSecond == 0 ? 0 : 1);

    /// <summary>The first instance that is not before the second.</summary>
    public long? Next(long from)
    {
        if (_count != long.MaxValue && Counting.Between(_plan, _plan.Start, from, _count, null) >= _count)
            return null;
        return new RuleCursor(_plan, from, null).MoveNext(out var time) ? time : null;
    }

    public long? Previous(long before) => Predecessor.Find(Next, _plan.Start, Math.Min(before, _plan.Last + 1));

    public long Between(long from, long before) =>
        Math.Min(Counting.Between(_plan, _plan.Start, before, _count, null), _count) - Math.Min(Counting.Between(_plan, _plan.Start, from, _count, null), _count);
}
