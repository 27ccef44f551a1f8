using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Walking;
using NodaTime;

namespace Mana.Recurrence.Zones;

/// <summary>
/// The instances of a plan as instants, ascending, each once (compute.md 6.7). A gap shifts its civil times forward, among those that follow it:
/// there two cursors walk side by side, one through the gap and one behind it, and the earlier instant comes first. Two civil times that are
/// the same instant are one instance.
/// </summary>
internal struct ZonedCursor
{
    readonly RulePlan _plan;
    readonly WorkBudget? _budget;
    readonly GapPolicy _gap;
    ZoneMap _map;
    RuleCursor _cursor;
    Step _next;

    // While inside a gap: where it ends, and the cursor behind it.
    bool _inGap;
    long _gapEnd;
    RuleCursor _behind;
    Step _nextBehind;

    /// <summary>Seeks in civil time.</summary>
    /// <param name="local">Civil second to start at; a little early is fine, the caller drops what it does not want.</param>
    public ZonedCursor(RulePlan plan, DateTimeZone? zone, GapPolicy gap, OverlapPolicy overlap, long local, WorkBudget? budget)
    {
        _plan = plan;
        _budget = budget;
        _gap = gap;
        _map = new ZoneMap(zone, overlap);
        _cursor = new RuleCursor(plan, local, budget);
        _next.Exists = _cursor.MoveNext(out _next.Local);
    }

    /// <summary>Goes to the next instant.</summary>
    /// <param name="local">The civil time that the rule gave, before a gap shifted it.</param>
    public bool MoveNext(out long instant, out long local)
    {
        while (true)
        {
            if (_inGap)
            {
                if (MoveInGap(out instant, out local))
                    return true;
                continue;
            }

            local = _next.Local;
            if (!_next.Exists)
            {
                instant = 0;
                return false;
            }

            if (_map.TryMap(local, out instant))
            {
                _next.Exists = _cursor.MoveNext(out _next.Local);
                return true;
            }

            EnterGap(instant);
        }
    }

    void EnterGap(long instant)
    {
        _inGap = true;
        _gapEnd = _map.GapEnd;
        _next.Instant = instant;
        _behind = new RuleCursor(_plan, _gapEnd, _budget);
        AdvanceBehind();
    }

    /// <summary>Emits the earlier of the two; false when the gap is over.</summary>
    bool MoveInGap(out long instant, out long local)
    {
        (instant, local) = (_next.Instant, _next.Local);
        if (!_next.Exists || local >= _gapEnd)
        {
            // The cursor in the gap has come to where the other one started.
            _inGap = false;
            (_cursor, _next) = (_behind, _nextBehind);
            return false;
        }

        if (_gap == GapPolicy.Skip)
        {
            AdvanceInGap();
            return false;
        }

        if (_nextBehind.Exists && _nextBehind.Instant <= instant)
        {
            if (_nextBehind.Instant == instant)
                AdvanceInGap();
            (instant, local) = (_nextBehind.Instant, _nextBehind.Local);
            AdvanceBehind();
            return true;
        }

        AdvanceInGap();
        return true;
    }

    void AdvanceInGap()
    {
        _next.Exists = _cursor.MoveNext(out _next.Local);
        if (_next.Exists && _next.Local < _gapEnd)
            _map.TryMap(_next.Local, out _next.Instant);
    }

    void AdvanceBehind()
    {
        _nextBehind.Exists = _behind.MoveNext(out _nextBehind.Local);
        if (_nextBehind.Exists && !_map.TryMap(_nextBehind.Local, out _nextBehind.Instant))
            _nextBehind.Instant = long.MaxValue;
    }

    struct Step
    {
        public bool Exists;
        public long Local;
        public long Instant;
    }
}
