using System.Diagnostics;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Tests.Sweep;

namespace Mana.Load.Recurrence;

/// <summary>The sweeps of Mana.Recurrence.Tests in earnest: rules against brute force and Quartz, texts against the parsers. Drives no host.</summary>
internal static class RecurrenceSweeps
{
    const int PerSeed = 1_000;
    const int Shown = 8;

    public static Task<RunResult> RulesAsync(LoadOptions options) => RunAsync("rules against brute force", options, (seed, count, report) =>
    {
        var rules = new RandomRules(seed);
        for (var i = 0; i < count; i++)
        {
            var (text, start) = rules.Next();
            report(RuleSweep.Check(text, start, i));
        }
    });

    public static Task<RunResult> TextsAsync(LoadOptions options) => RunAsync("texts against the parsers", options, (seed, count, report) =>
    {
        var texts = new TextFuzz(seed);
        for (var i = 0; i < count; i++)
            report(TextFuzz.Check(texts.Next()));
    });

    public static Task<RunResult> QuartzAsync(LoadOptions options) => RunAsync("rules against Quartz", options, (seed, count, report) =>
    {
        var rules = new RandomRules(seed);
        for (var asked = 0; asked < count;)
        {
            var (text, start) = rules.Next();
            if (!QuartzOpinion.Covers(RecurrenceRule.Parse(text), start))
                continue;
            var difference = QuartzOpinion.Difference(text, start, out var was);
            if (!was)
                continue;
            asked++;
            report(difference);
        }
    });

    static async Task<RunResult> RunAsync(string name, LoadOptions options, Action<int, int, Action<string?>> sweep)
    {
        var (done, wrong) = (0, 0);
        var started = Stopwatch.GetTimestamp();
        var seeds = Enumerable.Range(options.Seed, Math.Max(1, options.Rules / PerSeed));
        await Parallel.ForEachAsync(seeds, (seed, _) =>
        {
            try
            {
                sweep(seed, PerSeed, difference =>
                {
                    Interlocked.Increment(ref done);
                    if (difference is not null && Interlocked.Increment(ref wrong) <= Shown)
                        Console.WriteLine($"seed {seed}: {difference}");
                });
            }
            catch (Exception problem)
            {
                Interlocked.Increment(ref wrong);
                Console.WriteLine($"seed {seed}: {problem}");
            }

            return ValueTask.CompletedTask;
        });
        return new RunResult($"{name}, seeds from {options.Seed}", done, done, wrong, Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 0, 0, 0);
    }
}
