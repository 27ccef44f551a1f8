using System.Globalization;
using System.Text.Json;
using Mana.Load;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (LoadOptions.Parse(args) is not { } options)
{
    Console.WriteLine(LoadOptions.Usage);
    return 2;
}

Func<LoadOptions, Task<RunResult>>? scenario = options.Scenario switch
{
    "push" => Scenarios.PushAsync,
    "pull" => Scenarios.PullAsync,
    "empty" => Scenarios.EmptyAsync,
    "mixed" => Scenarios.MixedAsync,
    _ => null,
};
if (scenario is null)
{
    Console.WriteLine(LoadOptions.Usage);
    return 2;
}

Console.WriteLine($"{"scenario",-66} {"changes/s",10} {"requests/s",10} {"p50 ms",8} {"p95 ms",8} {"p99 ms",8} {"errors",6} {"host MB",12}");
var results = new List<RunResult>();
for (var run = 0; run < options.Runs; run++)
{
    results.Add(await scenario(options));
    Print(results[^1], "");
}

var median = results.OrderBy(result => result.ChangesPerSecond + result.RequestsPerSecond).ElementAt(results.Count / 2);
if (results.Count > 1)
    Print(median, "median: ");
if (options.JsonFile is { } file)
    await File.AppendAllTextAsync(file, JsonSerializer.Serialize(new { at = DateTimeOffset.UtcNow, options.Values, median, results }) + "\n");
return results.Sum(result => result.Errors) == 0 ? 0 : 1;

static void Print(RunResult result, string label) => Console.WriteLine(
    $"{label + result.Scenario,-66} {result.ChangesPerSecond,10:n0} {result.RequestsPerSecond,10:n0} {result.P50,8:n1} {result.P95,8:n1} {result.P99,8:n1} {result.Errors,6} {result.HostMemory.Before,5:n0}-{result.HostMemory.Peak,-5:n0}");
