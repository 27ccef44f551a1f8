namespace Mana.Load.Plots;

/// <summary>Percentiles of every result as bars; those of no requests by their throughput.</summary>
internal static class BarPlot
{
    const double Width = 960;
    const double Left = 70;
    const double Right = 856;
    const double Bar = 14;
    const double Step = 20;
    static readonly string[] Series = ["three", "one", "two"];

    public static void Write(string file, IReadOnlyList<RunResult> runs)
    {
        const double Top = 64;
        var heights = runs.Select(run => 44 + (Bars(run).Count * Step)).ToList();
        var bottom = Top + heights.Sum();
        var isLatency = runs.Any(run => run.P99 > 0);
        using var page = new SvgPage(file, Width, bottom + 56, runs.Count == 1 ? runs[0].Scenario : $"{runs.Count} results");
        var scale = Scale.Linear(runs.SelectMany(Bars).Select(bar => bar.Value).DefaultIfEmpty(1).Max());
        foreach (var tick in scale.Ticks)
        {
            var x = Left + (scale.At(tick) * (Right - Left));
            page.Line(x, Top, x, bottom, "grid");
            page.Text(x, bottom + 18, $"{tick:#,0.##}", "small", "middle");
        }

        page.Line(Left, bottom, Right, bottom, "axis");
        page.Text((Left + Right) / 2, bottom + 40, isLatency ? "latency of whole requests, ms" : "per second", "", "middle");
        var y = Top;
        for (var i = 0; i < runs.Count; i++)
        {
            One(page, runs[i], y, scale);
            y += heights[i];
        }
    }

    static void One(SvgPage page, RunResult run, double top, Scale scale)
    {
        page.Text(Left, top + 18, run.Scenario, "name");
        page.Text(Left, top + 33, $"{run.Throughput:#,0.#} {(run.CountsRequests ? "requests" : "changes")}/s, {run.Errors + run.Broken} errors"
            + (run.HostMemory.Peak > 0 ? $", host at most {run.HostMemory.Peak:#,0} MB" : ""), "small");
        var y = top + 40;
        foreach (var (name, value, series) in Bars(run))
        {
            page.Text(Left - 8, y + 11, name, "small", "end");
            page.Rectangle(Left, y, scale.At(value) * (Right - Left), Bar, "fill " + series);
            page.Text(Left + (scale.At(value) * (Right - Left)) + 6, y + 11, $"{value:#,0.0}", "small");
            y += Step;
        }
    }

    static List<(string Name, double Value, string Series)> Bars(RunResult run) => run.P99 > 0
        ? [("p50", run.P50, Series[0]), ("p95", run.P95, Series[1]), ("p99", run.P99, Series[2])]
        : [("per s", run.Throughput, Series[1])];
}
