namespace Mana.Load.Plots;

/// <summary>Pictures of results, as SVG.</summary>
internal static class Plot
{
    /// <summary>A simulated day gets a picture of its own (the second one in <c>name-2.svg</c>); all others are in one.</summary>
    public static void Write(string file, IReadOnlyList<RunResult> runs)
    {
        if (!file.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
            throw new LoadProblem($"Plots are SVG: {file} has to end in .svg.");
        if (runs.Count == 0)
            throw new LoadProblem("There is nothing to draw.");
        var number = 0;
        foreach (var run in runs.Where(run => run.Timeline.Count > 0))
            DayPlot.Write(Numbered(file, ++number), run);
        if (runs.Where(run => run.Timeline.Count == 0).ToList() is { Count: > 0 } others)
            BarPlot.Write(Numbered(file, ++number), others);
    }

    static string Numbered(string file, int number) => number == 1 ? file : $"{file[..^4]}-{number}.svg";
}
