using Mana.Recurrence.Calendar;

namespace Mana.Recurrence.Planning;

/// <summary>
/// The days of any year that a rule allows, as one bit each: computed once per type of year, on first use, and shared by all years of that type.
/// Bit 1 is 1 January. Bit 0, the day before, and the bits after 31 December are only set by RFC 7529's SKIP.
/// </summary>
internal sealed class DayMasks(DayParts parts)
{
    /// <summary>The bit of 1 January.</summary>
    public const int Lead = 1;

    readonly DayBits[] _masks = new DayBits[Gregorian.YearTypes];
    readonly int[] _counts = new int[Gregorian.YearTypes];
    int _built;

    public ref readonly DayBits Of(int year)
    {
        var type = Gregorian.YearType(year);
        // A plan may be walked by several threads: the flag is set after the mask.
        if ((Volatile.Read(ref _built) >> type & 1) == 0)
        {
            _masks[type] = DayMaskBuilder.Build(parts, type);
            _counts[type] = _masks[type].Count;
            Interlocked.Or(ref _built, 1 << type);
        }

        return ref _masks[type];
    }

    public bool Has(int day)
    {
        var year = Gregorian.YearOf(day);
        return Of(year).Has(day - Gregorian.YearStart(year) + Lead);
    }

    /// <summary>Up to 64 days from the given one on, the first of them lowest; they may be days of two years.</summary>
    public ulong Slice(int day, int length)
    {
        var year = Gregorian.YearOf(day);
        var offset = day - Gregorian.YearStart(year);
        var inYear = Gregorian.YearLength(Gregorian.YearType(year)) - offset;
        var bits = Of(year).Extract(offset + Lead, Math.Min(length, inYear));
        return length <= inYear || year > Gregorian.MaxYear ? bits : bits | (Of(year + 1).Extract(Lead, length - inYear) << inYear);
    }

    /// <summary>The first allowed day that is not before the given one, or -1. 400 empty years mean: never.</summary>
    public int Next(int day)
    {
        var year = Gregorian.YearOf(day);
        var offset = day - Gregorian.YearStart(year);
        for (var left = Gregorian.CycleYears + 1; left > 0 && year <= Gregorian.MaxYear; left--)
        {
            var bit = Of(year).Next(offset + Lead);
            if (bit >= 0)
                return Gregorian.YearStart(year) + bit - Lead;
            year++;
            offset = 0;
        }

        return -1;
    }

    /// <summary>Allowed days with <c>from &lt;= day &lt; before</c>.</summary>
    public long Count(int from, int before)
    {
        var count = 0L;
        for (var year = Gregorian.YearOf(from); year <= Gregorian.MaxYear && Gregorian.YearStart(year) < before; year++)
        {
            var start = Gregorian.YearStart(year);
            ref readonly var mask = ref Of(year);
            if (start >= from && Gregorian.YearStart(year + 1) <= before)
                count += _counts[Gregorian.YearType(year)];
            else
                count += mask.CountBelow(Math.Min(before - start, 366) + Lead) - mask.CountBelow(Math.Max(from - start, 0) + Lead);
        }

        return count;
    }
}
