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

    /// <summary>Each of <paramref name="clients"/> in its turn, <paramref name="rate"/> a second of all of them, for <paramref name="duration"/>; evenly apart, never all at once.</summary>
    /// <param name="actAsync">Gets the client's number, its turn and when that was due.</param>
    public static Task SpreadAsync(int clients, double rate, TimeSpan duration, Func<int, int, long, Task> actAsync)
    {
        var start = Stopwatch.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            for (var turn = 0; ((turn * clients) + client) / rate < duration.TotalSeconds; turn++)
            {
                var due = After(start, TimeSpan.FromSeconds(((turn * clients) + client) / rate));
                await UntilAsync(due);
                await actAsync(client, turn, due);
            }
        }));
    }
}
