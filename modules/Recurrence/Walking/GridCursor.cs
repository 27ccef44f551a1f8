using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;

namespace Mana.Recurrence.Walking;

/// <summary>
/// Walks periods of equal length (DAILY and finer). Limits are never met by trying: the cursor goes from the next allowed day and time to the next
/// point of the grid and back, until both are the same.
/// </summary>
internal struct GridCursor
{
    /// <summary>After so many turns without a find, ask whether there can be one.</summary>
    const int Patience = 64;

    readonly RulePlan _plan;
    readonly WorkBudget? _budget;
    Alignment? _alignment;
    bool _asked;

    long _period;
    int _index;

    /// <summary>Periods that start before this one need no look at the limits.</summary>
    long _clear;

    public GridCursor(RulePlan plan, long from, WorkBudget? budget)
    {
        _plan = plan;
        _budget = budget;
        _period = plan.Origin + (from > plan.Origin ? (from - plan.Origin) / plan.Step * plan.Step : 0);
        if (!Settle(ref _period))
            End();
        else if (_period < from)
            _index = plan.Times.IndexOf(from - _period);
    }

    public bool MoveNext(out long time)
    {
        var times = _plan.Times;
        if (_index >= times.Count)
        {
            var next = _period + _plan.Step;
            if (next > _plan.Last || times.Count == 0 || (next >= _clear && !Settle(ref next)))
            {
                End();
                time = 0;
                return false;
            }

            _period = next;
            _index = 0;
        }

        time = _period + (times.Array is { } array ? array[_index] : times[_index]);
        _index++;
        return time <= _plan.Last;
    }

    void End()
    {
        _period = Gregorian.EndOfTime;
        _index = 0;
        _clear = long.MaxValue;
    }

    /// <summary>Moves to the first period of the grid that is allowed.</summary>
    bool Settle(ref long period)
    {
        if (_plan.Days is null && !_plan.Limits.Any)
        {
            _clear = long.MaxValue;
            return true;
        }

        for (var turns = 0; period <= _plan.Last; turns++)
        {
            if (turns >= Patience && !GoOn())
                return false;
            var day = (int)(period / Gregorian.SecondsPerDay);
            var wanted = _plan.Days is null ? day : _plan.Days.Next(day);
            if (wanted < 0)
                return false;
            var midnight = wanted * (long)Gregorian.SecondsPerDay;
            var time = midnight + _plan.Limits.Next(wanted == day ? (int)(period - midnight) : 0);
            if (time == period)
            {
                var unit = _plan.Limits.Unit;
                _clear = period - (period % unit) + unit;
                return true;
            }

            period = _alignment is null ? Arithmetic.RoundUp(time, _plan.Origin, _plan.Step) : _alignment.Next(time);
        }

        return false;
    }

    bool GoOn()
    {
        if (!_asked)
        {
            _asked = true;
            if (Reachability.IsNever(_plan))
                return false;
            _alignment = Alignment.TryCreate(_plan);
        }

        return _budget is null || _budget.Spend();
    }
}
