using System.Globalization;
using Mana.Load;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (LoadOptions.Parse(args) is not { } options || Scenarios.Named(options.Scenario) is not { } scenario)
{
    Console.WriteLine(LoadOptions.Usage);
    return 2;
}

var errors = 0L;
try
{
    foreach (var variant in options.Variants())
    {
        var report = new Report(variant);
        for (var run = 0; run < variant.Runs; run++)
            report.Add(await scenario(variant));
        errors += await report.FinishAsync();
    }
}
catch (LoadProblem problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}

return errors == 0 ? 0 : 1;
