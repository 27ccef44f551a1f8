using System.Collections;
using Mana.Recurrence.Calendar;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Walking;
using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>The instances of one rule in civil time. <c>foreach</c> over it allocates nothing.</summary>
public readonly struct CivilOccurrences : IEnumerable<LocalDateTime>
{
    readonly RulePlan _plan;
    readonly long _from;
    readonly int _count;
    readonly WorkBudget? _budget;

    internal CivilOccurrences(RecurrenceRule rule, LocalDateTime start, LocalDateTime? from, LocalDateTime? before, bool dateOnly = false, WorkBudget? budget = null)
    {
        var first = Gregorian.SecondOf(start);
        var last = RuleBounds.Last(rule.Bits);
        if (before is { } end)
            last = Math.Min(last, Gregorian.SecondOf(end) - (end.NanosecondOfSecond == 0 ? 1 : 0));
        _plan = PlanCompiler.Compile(rule.Bits, first, dateOnly, last);
        _count = rule.Bits.Count == 0 ? int.MaxValue : rule.Bits.Count;
        _from = from is { } begin ? Gregorian.SecondOf(begin) + (begin.NanosecondOfSecond == 0 ? 0 : 1) : first;
        _budget = budget;
        if (_from > first && rule.Bits.Count > 0)
            _count = (int)Math.Max(0, _count - Counting.Between(_plan, first, _from, _count, budget));
    }

    public Enumerator GetEnumerator() => new(_plan, _from, _count, _budget);

    IEnumerator<LocalDateTime> IEnumerable<LocalDateTime>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Walks the instances in ascending order.</summary>
    public struct Enumerator : IEnumerator<LocalDateTime>
    {
        RuleCursor _cursor;
        int _left;
        long _time;

        // The date of the last instance: times of the same day share it, and the next day is near.
        CivilClock _clock;

        internal Enumerator(RulePlan plan, long from, int count, WorkBudget? budget)
        {
            _cursor = new RuleCursor(plan, from, budget);
            _left = count;
        }

        public LocalDateTime Current => _clock.ToLocal(_time);

        readonly object IEnumerator.Current => Gregorian.ToLocal(_time);

        public bool MoveNext() => --_left >= 0 && _cursor.MoveNext(out _time);

        readonly void IEnumerator.Reset() => throw new NotSupportedException();

        readonly void IDisposable.Dispose()
        {
        }
    }
}
