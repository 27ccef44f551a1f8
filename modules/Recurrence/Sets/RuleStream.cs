using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Walking;
using Mana.Recurrence.Zones;

namespace Mana.Recurrence.Sets;

/// <summary>One RRULE or EXRULE of a set as a stream of instants with its bounds, COUNT and UNTIL.</summary>
internal struct RuleStream
{
    readonly RecurrenceSet _set;
    readonly RulePlan _plan;
    readonly WorkBudget? _budget;
    readonly long _until;
    readonly long _count;
    ZonedCursor _cursor;
    long _left;

    /// <summary>Compiles the rule; <see cref="Seek"/> must follow.</summary>
    /// <param name="startComesFirst">DTSTART is emitted by the set and uses up one COUNT, unless the rule gives it itself.</param>
    public RuleStream(RecurrenceSet set, RecurrenceRule rule, bool startComesFirst, WorkBudget? budget)
    {
        var isCivil = set.Start.Zone is null;
        (_set, _budget) = (set, budget);
        _plan = PlanCompiler.Compile(rule.Bits, Gregorian.SecondOf(set.Start.Civil), set.Start.Kind == StartKind.Date,
            isCivil ? RuleBounds.Last(rule.Bits) : RuleBounds.LastInAnyZone(rule.Bits));
        _until = isCivil ? Gregorian.EndOfTime - 1 : RuleBounds.LastInstant(rule.Bits);
        _count = rule.Count ?? long.MaxValue;
        if (startComesFirst && _count != long.MaxValue && !(new RuleCursor(_plan, _plan.Start, budget).MoveNext(out var first) && first == _plan.Start))
            _count--;
    }

    public bool Exists { get; private set; }

    public long Instant { get; private set; }

    /// <summary>Civil time as the rule gave it, before a gap shifted it.</summary>
    public long Local { get; private set; }

    /// <summary>Goes to the first instance that is not before a second of UTC; those before are passed over, and counted for COUNT.</summary>
    public void Seek(long from)
    {
        var seek = new ZoneSeek(_set.Start.Zone, _set.Gap, _set.Overlap);
        _left = _count == long.MaxValue ? _count : _count - seek.CountBefore(_plan, from, _count, _budget);
        _cursor = new ZonedCursor(_plan, _set.Start.Zone, _set.Gap, _set.Overlap, seek.LocalAt(from), _budget);
        do
            Exists = Advance();
        while (Exists && Instant < from && _budget?.Spend() != false);
        Exists = Exists && Instant >= from && _left-- > 0;
    }

    public void MoveNext() => Exists = _left-- > 0 && Advance();

    bool Advance()
    {
        if (!_cursor.MoveNext(out var instant, out var local))
            return false;
        (Instant, Local) = (instant, local);
        return instant <= _until;
    }
}
