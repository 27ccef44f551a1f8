using System.Collections;
using Mana.Recurrence.Calendar;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Zones;
using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>The instances of one rule as instants. <c>foreach</c> over it allocates nothing.</summary>
public readonly struct ZonedOccurrences : IEnumerable<Instant>
{
    readonly RulePlan _plan;
    readonly DateTimeZone _zone;
    readonly GapPolicy _gap;
    readonly OverlapPolicy _overlap;
    readonly int _count;
    readonly long _until;
    readonly WorkBudget? _budget;

    internal ZonedOccurrences(RecurrenceRule rule, LocalDateTime start, DateTimeZone zone, GapPolicy gap, OverlapPolicy overlap, WorkBudget? budget)
    {
        _plan = PlanCompiler.Compile(rule.Bits, Gregorian.SecondOf(start), false, RuleBounds.LastInAnyZone(rule.Bits));
        _until = RuleBounds.LastInstant(rule.Bits);
        _count = rule.Bits.Count == 0 ? int.MaxValue : rule.Bits.Count;
        (_zone, _gap, _overlap, _budget) = (zone, gap, overlap, budget);
    }

    public Enumerator GetEnumerator() => new(new ZonedCursor(_plan, _zone, _gap, _overlap, _plan.Start, _budget), _count, _until);

    IEnumerator<Instant> IEnumerable<Instant>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Walks the instances in ascending order.</summary>
    public struct Enumerator : IEnumerator<Instant>
    {
        readonly long _until;
        ZonedCursor _cursor;
        int _left;
        long _instant;

        internal Enumerator(in ZonedCursor cursor, int count, long until)
        {
            _cursor = cursor;
            _left = count;
            _until = until;
        }

        public readonly Instant Current => Gregorian.ToInstant(_instant);

        readonly object IEnumerator.Current => Current;

        public bool MoveNext() => --_left >= 0 && _cursor.MoveNext(out _instant, out _) && _instant <= _until;

        readonly void IEnumerator.Reset() => throw new NotSupportedException();

        readonly void IDisposable.Dispose()
        {
        }
    }
}
