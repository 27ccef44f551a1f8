using System.Numerics;
using Mana.Recurrence.Parsing;

namespace Mana.Recurrence.Planning;

/// <summary>
/// The times of one period (a day, or an hour or minute of a finer rule) in ascending order: hours × minutes × seconds. Small tables are an array;
/// a large one (all 86,400 seconds of a day) is never written down, its entries are computed.
/// </summary>
internal sealed class TimeTable
{
    const int LargestArray = 1_440;

    readonly ulong _hours;
    readonly ulong _minutes;
    readonly ulong _seconds;
    readonly int _minutesTimesSeconds;
    readonly int _secondsCount;

    public TimeTable(ulong hours, ulong minutes, ulong seconds)
    {
        (_hours, _minutes, _seconds) = (hours, minutes, seconds);
        _secondsCount = BitOperations.PopCount(seconds);
        _minutesTimesSeconds = BitOperations.PopCount(minutes) * _secondsCount;
        Count = BitOperations.PopCount(hours) * _minutesTimesSeconds;
        if (Count <= LargestArray)
            Array = Fill();
    }

    /// <summary>Any times, ascending.</summary>
    public TimeTable(int[] times)
    {
        Array = times;
        Count = times.Length;
    }

    public int Count { get; }

    /// <summary>The whole table, when it is small.</summary>
    public int[]? Array { get; }

    public int this[int index]
    {
        get
        {
            if (Array is not null)
                return Array[index];
            var hour = index / _minutesTimesSeconds;
            var rest = index - (hour * _minutesTimesSeconds);
            var minute = rest / _secondsCount;
            return (Nth(_hours, hour) * 3600) + (Nth(_minutes, minute) * 60) + Nth(_seconds, rest - (minute * _secondsCount));
        }
    }

    /// <summary>The index of the first time that is not before the given second, or <see cref="Count"/>.</summary>
    public int IndexOf(long second)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle] < second)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>BYSETPOS of a rule whose periods all hold this table: chosen once, here.</summary>
    public TimeTable Select(in SignedSet positions)
    {
        var chosen = new SortedSet<int>();
        foreach (var position in positions.ToArray())
        {
            var index = position > 0 ? position - 1 : Count + position;
            if (index >= 0 && index < Count)
                chosen.Add(this[index]);
        }

        return new TimeTable([.. chosen]);
    }

    int[] Fill()
    {
        var times = new int[Count];
        var i = 0;
        for (var hours = _hours; hours != 0; hours &= hours - 1)
            for (var minutes = _minutes; minutes != 0; minutes &= minutes - 1)
                for (var seconds = _seconds; seconds != 0; seconds &= seconds - 1)
                    times[i++] = (BitOperations.TrailingZeroCount(hours) * 3600) + (BitOperations.TrailingZeroCount(minutes) * 60) + BitOperations.TrailingZeroCount(seconds);
        return times;
    }

    static int Nth(ulong bits, int rank)
    {
        while (rank-- > 0)
            bits &= bits - 1;
        return BitOperations.TrailingZeroCount(bits);
    }
}
