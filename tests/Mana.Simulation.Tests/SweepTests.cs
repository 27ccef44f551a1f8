using Mana.Simulation.Network;

namespace Mana.Simulation.Tests;

/// <summary>The small sweep of every test run; the large one is the command in the README of Sync.</summary>
public sealed class SweepTests
{
    [Fact]
    public async Task Every_promise_holds_in_every_world()
    {
        await using var arena = await Arena.StartAsync();
        var sweep = new Sweep(arena);
        await sweep.RunAsync(1, 150, 2);
        Assert.True(sweep.Failures.IsEmpty, string.Join("\n\n", sweep.Failures.Take(2)));
        Assert.Equal(150, sweep.Done);
    }
}
