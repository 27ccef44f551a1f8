using System.Numerics;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Parsing;

/// <summary>The sets of a rule as lists, for those who ask.</summary>
internal static class RuleLists
{
    public static int[] Of(ulong bits)
    {
        var list = new int[BitOperations.PopCount(bits)];
        for (var i = 0; bits != 0; bits &= bits - 1)
            list[i++] = BitOperations.TrailingZeroCount(bits);
        return list;
    }

    /// <summary>Those without an ordinal first, then by ordinal and weekday.</summary>
    public static WeekdayNum[] Weekdays(in RuleBits bits) =>
    [
        .. Of(bits.Weekdays).Select(day => new WeekdayNum(0, (IsoDayOfWeek)(day + 1))),
        .. (bits.Ordinals ?? []).OrderBy(day => day.Ordinal).ThenBy(day => day.Day),
    ];
}
