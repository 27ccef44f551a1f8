using System.Globalization;
using Mana.Simulation.Network;

namespace Mana.Simulation;

/// <summary>
/// <c>--seed N</c> replays one seed and prints its script; <c>--seeds N [--from N] [--parallel N]</c> runs many and prints what they found.
/// </summary>
internal static class Program
{
    const string Usage = "Mana.Simulation --seed N | --seeds N [--from N] [--parallel N] [--stop-after N]";

    static async Task<int> Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var options = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Length; i += 2)
            if (args[i].StartsWith("--", StringComparison.Ordinal) && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var number))
                options[args[i]] = number;
        if (args.Length != options.Count * 2 || !(options.ContainsKey("--seed") || options.ContainsKey("--seeds")))
        {
            Console.WriteLine(Usage);
            return 2;
        }

        // The test server looks there for where the host's files are.
        Directory.SetCurrentDirectory(AppContext.BaseDirectory);
        await using var arena = await Arena.StartAsync();
        return options.TryGetValue("--seed", out var seed) ? await ReplayAsync(arena, seed) : await SweepAsync(arena, options);
    }

    static async Task<int> ReplayAsync(Arena arena, int seed)
    {
        var failure = await Sweep.RunAsync(arena, seed, Console.WriteLine);
        Console.WriteLine(failure?.ToString() ?? $"seed {seed}: every check passed");
        return failure is null ? 0 : 1;
    }

    static async Task<int> SweepAsync(Arena arena, Dictionary<string, int> options)
    {
        var sweep = new Sweep(arena);
        await sweep.RunAsync(options.GetValueOrDefault("--from", 1), options["--seeds"], options.GetValueOrDefault("--parallel", 2), options.GetValueOrDefault("--stop-after", int.MaxValue), now =>
        {
            if (now.Done % 100 == 0)
                Console.WriteLine(Line(now));
        });
        foreach (var failure in sweep.Failures.Take(options.GetValueOrDefault("--print", 3)))
            Console.WriteLine(failure);
        foreach (var group in sweep.Failures.GroupBy(failure => failure.Check, StringComparer.Ordinal))
            Console.WriteLine($"{group.Count()} x {group.Key}: seeds {string.Join(' ', group.Select(failure => failure.Seed).Order().Take(20))}");
        Console.WriteLine(Line(sweep));
        return sweep.Failures.IsEmpty ? 0 : 1;
    }

    static string Line(Sweep sweep) => string.Create(
        CultureInfo.InvariantCulture, $"{sweep.Done} seeds, {sweep.Failures.Count} violations, {sweep.Done / sweep.Elapsed.TotalSeconds:0.0} seeds/s");
}
