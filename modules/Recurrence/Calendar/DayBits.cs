using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mana.Recurrence.Calendar;

/// <summary>384 bits on the stack: the days of a year, or any small set of numbers.</summary>
[InlineArray(Words)]
internal struct DayBits
{
    public const int Words = 6;
    public const int Capacity = Words * 64;

    ulong _first;

    public readonly bool IsEmpty => (this[0] | this[1] | this[2] | this[3] | this[4] | this[5]) == 0;

    public readonly int Count => CountIn(Words);

    /// <summary>Members in the first words.</summary>
    public readonly int CountIn(int words)
    {
        var count = 0;
        for (var word = 0; word < words; word++)
            count += BitOperations.PopCount(this[word]);
        return count;
    }

    public readonly bool Has(int bit) => (this[bit >> 6] >> bit & 1) != 0;

    public void Add(int bit) => this[bit >> 6] |= 1UL << bit;

    public void AddRange(int from, int length)
    {
        for (var bit = from; bit < from + length;)
        {
            var here = Math.Min(64 - (bit & 63), from + length - bit);
            this[bit >> 6] |= (here == 64 ? ulong.MaxValue : (1UL << here) - 1) << bit;
            bit += here;
        }
    }

    /// <summary>Adds up to 64 bits of a pattern, the first of them at <paramref name="at"/>.</summary>
    public void AddPattern(ulong pattern, int at)
    {
        var word = at >> 6;
        var shift = at & 63;
        this[word] |= pattern << shift;
        if (shift > 0 && word + 1 < Words)
            this[word + 1] |= pattern >> (64 - shift);
    }

    public void UnionWith(in DayBits other)
    {
        for (var word = 0; word < Words; word++)
            this[word] |= other[word];
    }

    public void IntersectWith(in DayBits other)
    {
        for (var word = 0; word < Words; word++)
            this[word] &= other[word];
    }

    /// <summary>Up to 64 bits from the given one on, the first of them lowest.</summary>
    public readonly ulong Extract(int from, int length)
    {
        var word = from >> 6;
        var shift = from & 63;
        var bits = this[word] >> shift;
        if (shift > 0 && word + 1 < Words)
            bits |= this[word + 1] << (64 - shift);
        return length >= 64 ? bits : bits & ((1UL << length) - 1);
    }

    /// <summary>The first member that is not below the given one, or -1.</summary>
    public readonly int Next(int from)
    {
        if (from >= Capacity)
            return -1;
        var word = from >> 6;
        var bits = this[word] & (ulong.MaxValue << from);
        while (bits == 0)
        {
            if (++word == Words)
                return -1;
            bits = this[word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>The member with the given rank, from 0; there must be one.</summary>
    public readonly int Select(int rank)
    {
        var word = 0;
        for (int here; rank >= (here = BitOperations.PopCount(this[word])); word++)
            rank -= here;
        var bits = this[word];
        while (rank-- > 0)
            bits &= bits - 1;
        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>How many members are below the given number.</summary>
    public readonly int CountBelow(int bit)
    {
        if (bit <= 0)
            return 0;
        var count = 0;
        var word = 0;
        for (; word < Words && (word + 1) << 6 <= bit; word++)
            count += BitOperations.PopCount(this[word]);
        return word == Words ? count : count + BitOperations.PopCount(this[word] & ~(ulong.MaxValue << bit));
    }
}
