using System.Globalization;
using Mana.Load;
using Mana.Load.Comparison;
using Mana.Load.Plots;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    if (args is ["compare", var before, var after, .. var rest])
        return Compare.Run(before, after, rest);
    if (args is ["plot", var results, var picture])
    {
        Plot.Write(picture, StoredResult.ReadAll(results).ConvertAll(stored => stored.Median));
        return 0;
    }

    if (LoadOptions.Parse(args) is not { } options || Scenarios.Named(options.Scenario) is not { } scenario)
    {
        Console.WriteLine(LoadOptions.Usage);
        return 2;
    }

    var (errors, medians) = (0L, new List<RunResult>());
    foreach (var variant in options.Variants())
    {
        var report = new Report(variant);
        for (var run = 0; run < variant.Runs; run++)
            report.Add(await scenario(variant));
        medians.Add(await report.FinishAsync());
        errors += report.Errors;
    }

    if (options.PlotFile is { } file)
        Plot.Write(file, medians);
    return errors == 0 ? 0 : 1;
}
catch (LoadProblem problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}
