using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Walking;
using Mana.Recurrence.Zones;

namespace Mana.Recurrence.Sets;

/// <summary>One RRULE or EXRULE of a set as a stream of instants with its bounds, COUNT and UNTIL.</summary>
internal struct RuleStream
{
    readonly long _until;
    ZonedCursor _cursor;
    long _left;

    /// <summary>Seeks to the first instance that is wanted.</summary>
    /// <param name="from">Instances before this second of UTC are passed over, and counted for COUNT.</param>
    /// <param name="startComesFirst">DTSTART is emitted by the set and uses up one COUNT, unless the rule gives it itself.</param>
    public RuleStream(RecurrenceSet set, RecurrenceRule rule, long from, bool startComesFirst, WorkBudget? budget)
    {
        var zone = set.Start.Zone;
        var plan = PlanCompiler.Compile(rule.Bits, Gregorian.SecondOf(set.Start.Civil), set.Start.Kind == StartKind.Date,
            zone is null ? RuleBounds.Last(rule.Bits) : RuleBounds.LastInAnyZone(rule.Bits));
        _until = zone is null ? Gregorian.EndOfTime - 1 : RuleBounds.LastInstant(rule.Bits);
        _left = rule.Count ?? long.MaxValue;
        if (startComesFirst && _left != long.MaxValue && !(new RuleCursor(plan, plan.Start, budget).MoveNext(out var first) && first == plan.Start))
            _left--;
        var seek = new ZoneSeek(zone, set.Gap, set.Overlap);
        if (_left != long.MaxValue)
            _left -= seek.CountBefore(plan, from, _left, budget);
        _cursor = new ZonedCursor(plan, zone, set.Gap, set.Overlap, seek.LocalAt(from), budget);
        do
            Exists = Advance();
        while (Exists && Instant < from && budget?.Spend() != false);
        Exists = Exists && Instant >= from && _left-- > 0;
    }

    public bool Exists { get; private set; }

    public long Instant { get; private set; }

    /// <summary>Civil time as the rule gave it, before a gap shifted it.</summary>
    public long Local { get; private set; }

    public void MoveNext() => Exists = _left-- > 0 && Advance();

    bool Advance()
    {
        if (!_cursor.MoveNext(out var instant, out var local))
            return false;
        (Instant, Local) = (instant, local);
        return instant <= _until;
    }
}
