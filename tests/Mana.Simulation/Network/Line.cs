using Mana.Simulation.Devices;
using Mana.Simulation.Worlds;

namespace Mana.Simulation.Network;

/// <summary>What the network does to a request.</summary>
internal enum Fate
{
    Clean,

    /// <summary>Never reaches a host.</summary>
    Lost,

    /// <summary>The host does its work, the device does not learn of it.</summary>
    Unanswered,

    /// <summary>Arrives twice, one after the other on different hosts; one of the answers arrives.</summary>
    Repeated,

    /// <summary>Arrives twice at the same time.</summary>
    Doubled,

    /// <summary>The answer takes its time; others overtake it.</summary>
    Delayed,
}

/// <summary>The network between the devices of a world and the hosts. Draws all its chances before it sends, so that a seed draws them in one order.</summary>
internal sealed class Line(Arena arena, World world)
{
    readonly List<(Request Request, Reply Reply)> _late = [];

    public bool HasLate => _late.Count > 0;

    public Fate Draw() => world.Dice.Weighted(
        (68, Fate.Clean), (8, Fate.Lost), (8, Fate.Unanswered), (4, Fate.Repeated), (4, Fate.Doubled), (8, Fate.Delayed));

    /// <summary>Starts a request; the task brings the reply that the device gets now, or null.</summary>
    public Func<Task<Reply?>> Prepare(Request request, Fate fate)
    {
        var (first, second) = world.Dice.Percent(50) ? (arena.Hosts[0], arena.Hosts[1]) : (arena.Hosts[1], arena.Hosts[0]);
        var secondAnswers = world.Dice.Percent(50);
        world.Note($"{request} via {first}{(fate == Fate.Clean ? "" : " " + fate)}");
        return () => SendAsync(request, fate, first, second, secondAnswers);
    }

    /// <summary>One of the answers that are still under way; null when its device has crashed since.</summary>
    public (Request Request, Reply Reply)? Arrive()
    {
        var index = world.Dice.Below(_late.Count);
        var late = _late[index];
        _late.RemoveAt(index);
        return late.Request.Incarnation == late.Request.Device.Incarnation ? late : null;
    }

    public void Cut() => _late.Clear();

    async Task<Reply?> SendAsync(Request request, Fate fate, SimulatedHost first, SimulatedHost second, bool secondAnswers)
    {
        switch (fate)
        {
            case Fate.Lost:
                return null;
            case Fate.Unanswered:
                await AskAsync(first, request);
                return null;
            case Fate.Repeated:
                var before = await AskAsync(first, request);
                var after = await AskAsync(second, request);
                return secondAnswers ? after : before;
            case Fate.Doubled:
                var both = await Task.WhenAll(AskAsync(first, request), AskAsync(second, request));
                return both[secondAnswers ? 1 : 0];
            case Fate.Delayed:
                var reply = await AskAsync(first, request);
                lock (_late)
                    _late.Add((request, reply));
                return null;
            default:
                return await AskAsync(first, request);
        }
    }

    async Task<Reply> AskAsync(SimulatedHost host, Request request)
    {
        var reply = await host.SendAsync(request);
        lock (_late)
            world.Examine(request, reply);
        return reply;
    }
}
