using System.Numerics;

namespace Mana.Recurrence.Planning;

/// <summary>BYHOUR, BYMINUTE and BYSECOND where they limit (RFC 5545 3.3.10, table): a sub-daily rule's parts at or above its frequency.</summary>
internal readonly record struct TimeLimits(ulong Hours, ulong Minutes, ulong Seconds)
{
    public const ulong AllHours = 0xFF_FFFF;
    public const ulong AllMinutes = 0xFFF_FFFF_FFFF_FFFF;

    public static readonly TimeLimits None = new(AllHours, AllMinutes, AllMinutes);

    public const int Never = 86_400;

    public bool Any => Hours != AllHours || Minutes != AllMinutes || Seconds != AllMinutes;

    public long AllowedTimes => (long)BitOperations.PopCount(Hours) * BitOperations.PopCount(Minutes) * BitOperations.PopCount(Seconds);

    /// <summary>How long a time that is allowed stays so, to the end of the finest limited unit.</summary>
    public int Unit => Seconds != AllMinutes ? 1 : Minutes != AllMinutes ? 60 : Hours != AllHours ? 3600 : 86_400;

    public bool Allow(int second) => (Hours >> (second / 3600) & 1) != 0 && (Minutes >> (second / 60 % 60) & 1) != 0 && (Seconds >> (second % 60) & 1) != 0;

    /// <summary>The first allowed second of the day that is not before the given one, or <see cref="Never"/>.</summary>
    public int Next(int second)
    {
        var (hour, minute) = (second / 3600, second / 60 % 60);
        if ((Hours >> hour & 1) != 0)
        {
            if ((Minutes >> minute & 1) != 0 && Above(Seconds, second % 60) is var s and < 64)
                return (hour * 3600) + (minute * 60) + s;
            if (Above(Minutes, minute + 1) is var m and < 64)
                return (hour * 3600) + (m * 60) + BitOperations.TrailingZeroCount(Seconds);
        }

        return Above(Hours, hour + 1) is var h and < 64
            ? (h * 3600) + (BitOperations.TrailingZeroCount(Minutes) * 60) + BitOperations.TrailingZeroCount(Seconds)
            : Never;
    }

    /// <summary>The lowest bit that is not below the given one, or 64.</summary>
    static int Above(ulong bits, int from) => BitOperations.TrailingZeroCount(bits & (ulong.MaxValue << from));
}
