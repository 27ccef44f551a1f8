using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Sets;

/// <summary>A window in whole seconds of UTC.</summary>
internal readonly record struct WindowBounds(long From, long Before, bool Overlapping)
{
    public static WindowBounds Of(OccurrenceWindow window) => new(
        window.From is { } from ? Ceiling(from) : long.MinValue,
        window.Before is { } before ? Ceiling(before) : long.MaxValue,
        window.Overlapping);

    /// <summary>Where to start so that nothing which reaches into the window is missed.</summary>
    public long WalkFrom(SeriesClock clock) => Overlapping && From > long.MinValue ? From - clock.Longest() : From;

    public bool Hold(in Occurrence occurrence)
    {
        var start = Gregorian.SecondOf(occurrence.StartUtc);
        return start < Before && (start >= From || (Overlapping && Gregorian.SecondOf(occurrence.EndUtc) > From));
    }

    /// <summary>The first whole second that is not before the instant; with <paramref name="after"/>, that is after it.</summary>
    public static long Ceiling(Instant instant, bool after = false)
    {
        var second = Gregorian.SecondOf(instant);
        return after || Gregorian.ToInstant(second) < instant ? second + 1 : second;
    }
}
