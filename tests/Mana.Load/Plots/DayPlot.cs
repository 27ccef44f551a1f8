namespace Mana.Load.Plots;

/// <summary>A simulated day: requests, latencies, processor and memory over the minutes of the run.</summary>
internal static class DayPlot
{
    const double Width = 960;
    const double Left = 70;
    const double Right = 936;
    const double First = 96;
    const double High = 150;
    const double Between = 52;
    const double Below = 66;

    public static void Write(string file, RunResult run)
    {
        var points = run.Timeline;
        var panels = 4;
        var bottom = First + (panels * High) + ((panels - 1) * Between);
        using var page = new SvgPage(file, Width, bottom + Below, run.Scenario);
        page.Text(24, 54, $"{run.Requests:n0} requests, {run.Errors} errors, p50 {run.P50:#,0.0} ms, p95 {run.P95:#,0.0} ms, p99 {run.P99:#,0.0} ms");
        var minutes = points.Count < 2 ? 1 : points[^1].Minute + points[0].Minute;
        Axis(page, bottom, minutes, 24);

        var requests = Next(page, 0, minutes, Scale.Linear(points.Max(point => Math.Max(point.RequestsPerSecond, point.Planned))), "requests per second");
        requests.Area(points.Select(point => (point.Minute, (double?)point.RequestsPerSecond)), "one");
        requests.Line(points.Select(point => (point.Minute, (double?)point.Planned)), "dashed two", "the day's curve");
        requests.Line(points.Select(point => (point.Minute, (double?)point.RequestsPerSecond)), "one", "requests");

        var asked = points.Where(point => point.P99 > 0).ToList();
        var latency = Next(page, 1, minutes, Scale.Logarithmic(asked.Select(point => point.P50 ?? 1).DefaultIfEmpty(1).Min(), asked.Select(point => point.P99 ?? 1).DefaultIfEmpty(1).Max()), "latency, ms (logarithmic)");
        latency.Line(points.Select(point => (point.Minute, point.P99)), "two", "p99");
        latency.Line(points.Select(point => (point.Minute, point.P50)), "one", "p50");

        var cpu = Next(page, 2, minutes, Scale.Linear(points.Max(point => point.CpuPercent) ?? 1), "processor of the host, % of one");
        cpu.Area(points.Select(point => (point.Minute, point.CpuPercent)), "three");
        cpu.Line(points.Select(point => (point.Minute, point.CpuPercent)), "three", "user and system");

        var memory = Next(page, 3, minutes, Scale.Linear(points.Max(point => point.MemoryMb) ?? 1), "memory of the host, MB");
        memory.Area(points.Select(point => (point.Minute, point.MemoryMb)), "four");
        memory.Line(points.Select(point => (point.Minute, point.MemoryMb)), "four", "resident");
    }

    static Panel Next(SvgPage page, int number, double minutes, Scale scale, string name)
    {
        var panel = new Panel(page, First + (number * (High + Between)), High, minute => X(minute, minutes), Left, Right, scale);
        panel.Frame(name);
        return panel;
    }

    /// <summary>The simulated hour, with lines through all diagrams, and the minutes of the run below it.</summary>
    static void Axis(SvgPage page, double bottom, double minutes, int hours)
    {
        for (var hour = 0; hour <= hours; hour += 3)
        {
            var x = X(minutes * hour / hours, minutes);
            page.Line(x, First, x, bottom, "grid");
            page.Text(x, bottom + 18, $"{hour}:00", "small", "middle");
            page.Text(x, bottom + 34, $"{minutes * hour / hours:0.##}", "small", "middle");
        }

        page.Text(Left - 22, bottom + 18, "hour", "small", "end");
        page.Text(Left - 22, bottom + 34, "min", "small", "end");
        page.Text((Left + Right) / 2, bottom + 54, "simulated hour of the day, and minutes of the run", "", "middle");
    }

    static double X(double minute, double minutes) => Left + (minute / minutes * (Right - Left));
}
