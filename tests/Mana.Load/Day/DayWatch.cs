using System.Diagnostics;

namespace Mana.Load.Day;

/// <summary>One look at the host: seconds of the run, processor seconds since its start, memory.</summary>
internal readonly record struct DayLook(double At, double CpuSeconds, double MemoryMb, int Live);

/// <summary>Looks at the host in even steps, from its own <c>/metrics</c>.</summary>
internal static class DayWatch
{
    public static async Task<List<DayLook>> RunAsync(LoadOptions options, DayClock clock, DayTally tally, int steps)
    {
        using var http = DayPerson.Connect(options);
        var looks = new List<DayLook>();
        for (var step = 0; step <= steps; step++)
        {
            await Pace.UntilAsync(Pace.After(clock.Start, clock.Length * ((double)step / steps)));
            var sent = Stopwatch.GetTimestamp();
            try
            {
                var page = await MetricsPage.ReadAsync(http);
                looks.Add(new DayLook(clock.Seconds, page.Find("process_cpu_seconds_total") ?? 0, page.ResidentMb, tally.Live));
                tally.Took("GET /metrics", sent, isRequest: false);
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                tally.Fail("GET /metrics", failure.Message);
            }
        }

        return looks;
    }
}
