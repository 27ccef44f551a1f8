using Mana.Recurrence.Planning;

namespace Mana.Recurrence.Walking;

/// <summary>The chosen positions of one period in ascending order, each once: positions from the start and from the end, merged (RFC 5545, BYSETPOS).</summary>
internal struct PositionMerge(long size)
{
    int _fromStart;
    int _fromEnd;
    long _previous = -1;

    /// <summary>Whether there is a candidate at any of the positions.</summary>
    public readonly bool IsAny(SetPositions positions)
    {
        var copy = this;
        return copy.MoveNext(positions, out _);
    }

    /// <summary>Goes to the next position that the period has.</summary>
    /// <param name="index">Of a candidate of the period, from 0.</param>
    public bool MoveNext(SetPositions positions, out long index)
    {
        while (true)
        {
            var start = _fromStart < positions.FromStart.Length ? positions.FromStart[_fromStart] - 1L : long.MaxValue;
            var end = _fromEnd < positions.FromEnd.Length ? size + positions.FromEnd[_fromEnd] : long.MaxValue;
            index = Math.Min(start, end);
            if (index >= size)
                return false;
            if (start <= end)
                _fromStart++;
            if (end <= start)
                _fromEnd++;
            if (index <= _previous)
                continue;
            _previous = index;
            return true;
        }
    }
}
