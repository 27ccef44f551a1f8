using System.Diagnostics;

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>Polling with a deadline instead of sleeping.</summary>
public static class Eventually
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(string what, Func<Task<bool>> condition, double seconds = 30)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds < seconds, $"{what}: not within {seconds} s.");
            await Task.Delay(Pause);
        }
    }

    public static Task TrueAsync(string what, Func<bool> condition, double seconds = 30) => TrueAsync(what, () => Task.FromResult(condition()), seconds);
}
