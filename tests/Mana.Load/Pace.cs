using System.Diagnostics;

namespace Mana.Load;

/// <summary>Points on the clock of <see cref="Stopwatch"/>.</summary>
internal static class Pace
{
    public static long After(long start, TimeSpan time) => start + (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Never early; late by what the timer of the machine is coarse.</summary>
    public static async Task UntilAsync(long due, CancellationToken cancellationToken = default)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } left)
            await Task.Delay(left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left, cancellationToken);
    }
}
