using System.Collections.Concurrent;
using System.Diagnostics;
using Mana.Simulation.Checks;
using Mana.Simulation.Network;
using Mana.Simulation.Worlds;

namespace Mana.Simulation;

/// <summary>A seed that broke a promise, or the simulation itself.</summary>
internal sealed record Failure(int Seed, string Check, string Details, IReadOnlyList<string> Log)
{
    public override string ToString() => $"seed {Seed}: {Check}: {Details}\n  {string.Join("\n  ", Log)}\nseed {Seed}: {Check}: {Details}";
}

/// <summary>Runs seeds, several at a time, against one arena.</summary>
internal sealed class Sweep(Arena arena)
{
    int _done;

    public int Done => _done;

    public ConcurrentQueue<Failure> Failures { get; } = [];

    public TimeSpan Elapsed { get; private set; }

    /// <summary>Runs <paramref name="count"/> seeds; after <paramref name="enough"/> failures no further one is started.</summary>
    public async Task RunAsync(int from, int count, int parallel, int enough = int.MaxValue, Action<Sweep>? progress = null)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(from, count), new ParallelOptions { MaxDegreeOfParallelism = parallel }, async (seed, _) =>
        {
            if (Failures.Count >= enough)
                return;
            if (await RunAsync(seed) is { } failure)
                Failures.Enqueue(failure);
            Interlocked.Increment(ref _done);
            Elapsed = Stopwatch.GetElapsedTime(started);
            progress?.Invoke(this);
        });
    }

    /// <summary>Null when the seed keeps every promise.</summary>
    public Task<Failure?> RunAsync(int seed) => RunAsync(arena, seed, _ => { });

    public static async Task<Failure?> RunAsync(Arena arena, int seed, Action<string> say)
    {
        var world = default(World);
        try
        {
            world = await Genesis.CreateAsync(arena, seed);
            var line = new Line(arena, world);
            await new Script(arena, world, line).RunAsync();
            await new Ending(arena, world, line).RunAsync();
            foreach (var note in world.Log)
                say(note);
            return null;
        }
        catch (ViolationException violation)
        {
            return new Failure(seed, violation.Check, violation.Details, [.. violation.Log, .. await Journal.TextAsync(arena, world!)]);
        }
        catch (Exception exception)
        {
            return new Failure(seed, "the simulation failed", exception.ToString(), world?.Log ?? []);
        }
    }
}
