using System.Numerics;
using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;

namespace Mana.Recurrence.Walking;

/// <summary>
/// Walks weeks, months or years: the days of a period are bits, an instance is a bit times a time of day. A period without a bit costs a few
/// nanoseconds; a whole cycle of the calendar without one ends the walk.
/// </summary>
internal struct PeriodCursor
{
    readonly RulePlan _plan;
    readonly WorkBudget? _budget;
    readonly int[]? _array;
    readonly int _timesCount;
    readonly int _words;
    long _period;

    /// <summary>The day of bit 0, and the bits of the period that are left.</summary>
    int _first;
    DayBits _days;
    ulong _bits;
    int _word;

    long _midnight;
    int _time;

    /// <summary>Nothing before this second is an instance any more.</summary>
    long _from;
    PositionMerge _merge;

    public PeriodCursor(RulePlan plan, long from, WorkBudget? budget)
    {
        _plan = plan;
        _budget = budget;
        _array = plan.Times.Array;
        _timesCount = _time = plan.Times.Count;
        _words = plan.Words;
        _from = from;
        var visit = Math.Max((plan.PeriodOf((int)(from / Gregorian.SecondsPerDay)) - plan.FirstPeriod + plan.Interval - 1) / plan.Interval, 0);
        // With SKIP the period before may reach into this one.
        if (plan.Skips && visit > 0)
            visit--;
        _period = plan.FirstPeriod + (visit * plan.Interval);
        if (_period > plan.LastPeriod || (!Load() && !LoadNext()))
            End();
        else if (plan.Positions is null && !plan.Skips)
            DropBefore(from);
    }

    public bool MoveNext(out long time) => _plan.Positions is not null ? MoveNextSelected(out time) : _plan.Skips ? MoveNextSkipping(out time) : MoveNextPlain(out time);

    bool MoveNextPlain(out long time)
    {
        if (_time >= _timesCount)
        {
            while (_bits == 0)
                if (!NextWord())
                {
                    time = 0;
                    return false;
                }

            _midnight = (_first + (_word << 6) + BitOperations.TrailingZeroCount(_bits)) * (long)Gregorian.SecondsPerDay;
            _bits &= _bits - 1;
            _time = 0;
        }

        time = _midnight + (_array is { } array ? array[_time] : _plan.Times[_time]);
        _time++;
        return time <= _plan.Last;
    }

    /// <summary>SKIP can make the first day of a period the last of the one before: it comes once.</summary>
    bool MoveNextSkipping(out long time)
    {
        while (MoveNextPlain(out time))
            if (time >= _from)
            {
                _from = time + 1;
                return true;
            }

        return false;
    }

    bool MoveNextSelected(out long time)
    {
        while (true)
        {
            while (_merge.MoveNext(_plan.Positions!, out var index))
            {
                var day = _timesCount == 1 ? (int)index : (int)(index / _timesCount);
                time = ((_first + _days.Select(day)) * (long)Gregorian.SecondsPerDay) + _plan.Times[(int)(index - ((long)day * _timesCount))];
                if (time < _from)
                    continue;
                _from = time + 1;
                return time <= _plan.Last;
            }

            if (!LoadNext())
            {
                time = 0;
                return false;
            }
        }
    }

    bool NextWord() => FirstWord(_word + 1) || LoadNext();

    /// <summary>Goes to the first word from here on that holds a day.</summary>
    bool FirstWord(int word)
    {
        for (; word < _words; word++)
            if (_days[word] is var bits and not 0)
            {
                (_word, _bits) = (word, bits);
                return true;
            }

        _word = DayBits.Words;
        return false;
    }

    void DropBefore(long from)
    {
        var day = (int)(from / Gregorian.SecondsPerDay);
        var bit = day - _first;
        if (bit < 0)
            return;
        if (bit >= DayBits.Capacity)
        {
            (_word, _bits) = (DayBits.Words, 0);
            return;
        }

        _word = bit >> 6;
        _bits = _days[_word] & (ulong.MaxValue << bit);
        if ((_bits >> bit & 1) == 0)
            return;
        _bits &= _bits - 1;
        _midnight = day * (long)Gregorian.SecondsPerDay;
        _time = _plan.Times.IndexOf(from - _midnight);
    }

    bool LoadNext()
    {
        for (var empty = 0; empty <= _plan.Cycle; empty++)
        {
            _period += _plan.Interval;
            if (_period > _plan.LastPeriod || _budget?.Spend() == false)
                break;
            if (Load())
                return true;
        }

        End();
        return false;
    }

    void End()
    {
        _period = _plan.LastPeriod;
        (_word, _bits, _time, _merge) = (DayBits.Words, 0, _timesCount, default);
    }

    /// <summary>Fetches the days of the current period; false when there is nothing to find in it.</summary>
    bool Load()
    {
        PeriodDays.Read(_plan, _period, ref _days, out _first);
        if (_timesCount == 0)
            return false;
        if (_plan.Positions is null)
            return FirstWord(0);
        _merge = new PositionMerge((long)_days.CountIn(_words) * _timesCount);
        return _merge.IsAny(_plan.Positions);
    }
}
