using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Parsing;

/// <summary>The parts of a rule (RFC 5545 3.3.10), in the order in which canonical text lists them.</summary>
[Flags]
internal enum RuleParts
{
    None = 0,
    RScale = 1,
    Freq = 1 << 1,
    Until = 1 << 2,
    Count = 1 << 3,
    Interval = 1 << 4,
    BySecond = 1 << 5,
    ByMinute = 1 << 6,
    ByHour = 1 << 7,
    ByDay = 1 << 8,
    ByMonthDay = 1 << 9,
    ByYearDay = 1 << 10,
    ByWeekNo = 1 << 11,
    ByMonth = 1 << 12,
    BySetPos = 1 << 13,
    Wkst = 1 << 14,
    Skip = 1 << 15,

    /// <summary>Any part that BYSETPOS can select from.</summary>
    AnyBy = BySecond | ByMinute | ByHour | ByDay | ByMonthDay | ByYearDay | ByWeekNo | ByMonth,
    TimeOfDay = BySecond | ByMinute | ByHour,
}

/// <summary>A rule as the parser leaves it: every list is a set of bits, so that order and repetition do not matter.</summary>
internal struct RuleBits
{
    public RuleParts Given;
    public Frequency Frequency;
    public int Interval;

    /// <summary>0 without COUNT.</summary>
    public int Count;
    public UntilValue Until;
    public SkipMode Skip;

    /// <summary>WKST, Monday = 0.</summary>
    public int WeekStart;
    public ulong Seconds;
    public ulong Minutes;
    public ulong Hours;

    /// <summary>Bits 1..12.</summary>
    public ulong Months;

    /// <summary>BYDAY without ordinals, bit 0 = Monday.</summary>
    public uint Weekdays;

    /// <summary>BYDAY with ordinals: 107 bits per weekday would be a set as well; there are never more than a few.</summary>
    public WeekdayNum[]? Ordinals;
    public SignedSet MonthDays;
    public SignedSet YearDays;
    public SignedSet Weeks;
    public SignedSet Positions;

    public readonly bool Has(RuleParts part) => (Given & part) != RuleParts.None;
}

/// <summary>A set of numbers from ±1 to ±366.</summary>
internal struct SignedSet
{
    public DayBits FromStart;

    /// <summary>-1 is bit 1.</summary>
    public DayBits FromEnd;

    public readonly bool IsEmpty => FromStart.IsEmpty && FromEnd.IsEmpty;

    public void Add(int value)
    {
        if (value > 0)
            FromStart.Add(value);
        else
            FromEnd.Add(-value);
    }

    /// <summary>Ascending: -366 first, 366 last.</summary>
    public readonly int[] ToArray()
    {
        var values = new int[FromStart.Count + FromEnd.Count];
        var i = FromEnd.Count;
        for (var bit = FromEnd.Next(1); bit > 0; bit = FromEnd.Next(bit + 1))
            values[--i] = -bit;
        i = FromEnd.Count;
        for (var bit = FromStart.Next(1); bit > 0; bit = FromStart.Next(bit + 1))
            values[i++] = bit;
        return values;
    }
}
