using Mana.Simulation.Devices;
using Mana.Simulation.Network;

namespace Mana.Simulation.Worlds;

/// <summary>Lets things happen, one step after another, each chosen by the dice.</summary>
internal sealed class Script(Arena arena, World world, Line line)
{
    public async Task RunAsync()
    {
        for (var step = 0; step < world.Climate.Steps; step++)
            await StepAsync();
    }

    Task StepAsync()
    {
        var spaces = world.Spaces.Count > 0;
        return world.Dice.Weighted((40, 'e'), (24, 's'), (9, 'o'), (4, 'h'), (spaces ? 5 : 0, 'm'), (3, 'c'), (world.Climate.Compaction ? 4 : 0, 'k'), (line.HasLate ? 12 : 0, 'l')) switch
        {
            'e' => EditAsync(),
            's' => SyncAsync(world.Dice.Pick(world.Devices)),
            'o' => OverlapAsync(),
            'h' => HoldAsync(),
            'm' => MoveAsync(),
            'c' => CrashAsync(),
            'k' => Compactions.Prepare(arena, world)(),
            _ => ArriveAsync(),
        };
    }

    Task EditAsync()
    {
        var device = world.Dice.Pick(world.Devices);
        for (var i = world.Dice.Between(1, 3); i > 0; i--)
            Edits.Make(world, device);
        return Task.CompletedTask;
    }

    Task CrashAsync()
    {
        var device = world.Dice.Pick(world.Devices);
        world.Note($"{device} crashes");
        device.Crash();
        return Task.CompletedTask;
    }

    Task ArriveAsync()
    {
        if (line.Arrive() is var (request, reply) && reply.Ok)
        {
            world.Note($"late: {request}");
            Take(request, reply);
        }

        return Task.CompletedTask;
    }

    /// <summary>One device, one request; a pull goes on to its last page unless the network stops it.</summary>
    async Task SyncAsync(Device device)
    {
        var request = Any(device);
        while (true)
        {
            var reply = await line.Prepare(request, line.Draw())();
            if (reply is null || !Take(request, reply) || !reply.HasMore)
                return;
            request = device.Following(request, reply, device.Person.Frame());
        }
    }

    /// <summary>Two or three requests at the same time, also of one device, on both hosts.</summary>
    async Task OverlapAsync()
    {
        var requests = new List<Request>();
        for (var i = world.Dice.Between(2, 3); i > 0; i--)
            requests.Add(Any(world.Dice.Pick(world.Devices)));
        var sends = requests.ConvertAll(request => line.Prepare(request, line.Draw()));
        var compaction = Compacts() ? Task.Run(Compactions.Prepare(arena, world)) : Task.CompletedTask;
        var replies = await Task.WhenAll(sends.ConvertAll(send => Task.Run(send)));
        await compaction;
        foreach (var i in world.Dice.Shuffled(Enumerable.Range(0, requests.Count)))
            if (replies[i] is { } reply && requests[i].Incarnation == requests[i].Device.Incarnation)
                Take(requests[i], reply);
    }

    /// <summary>
    /// A writer stands between its positions and its commit while others write and read: the race that sync.md 25.4 describes, made certain.
    /// </summary>
    async Task HoldAsync()
    {
        var writer = world.Dice.Pick(world.Devices);
        Edits.Make(world, writer, marked: true);
        var others = world.Dice.Shuffled(world.Devices.Where(device => device != writer)).Take(world.Dice.Between(1, 3)).ToList();
        var held = writer.Push(int.MaxValue, writer.Person.Frame());
        var sendHeld = line.Prepare(held, world.Dice.Percent(80) ? Fate.Clean : Fate.Unanswered);
        var requests = others.ConvertAll(Any);
        var sends = requests.ConvertAll(request => line.Prepare(request, Fate.Clean));
        world.Note($"{writer} is held before its commit; meanwhile {requests.Count} other requests");

        var compact = Compacts() ? Compactions.Prepare(arena, world) : () => Task.CompletedTask;
        Task<Reply?> first;
        List<Task<Reply?>> rest;
        Task compaction;
        await using (var gate = await Gate.CloseAsync(arena.Database, world.Tag))
        {
            first = Task.Run(sendHeld);
            await gate.UntilHeldAsync(first);
            rest = sends.ConvertAll(send => Task.Run(send));
            compaction = Task.Run(compact);
            await gate.UntilSettledAsync([.. rest, compaction]);
        }

        await compaction;
        var replies = await Task.WhenAll(rest);
        for (var i = 0; i < requests.Count; i++)
            if (replies[i] is { } reply)
                Take(requests[i], reply);
        if (await first is { } answer)
            Take(held, answer);
    }

    Task MoveAsync()
    {
        var space = world.Dice.Pick(world.Spaces);
        var others = world.People.Where(person => person != space.Owner).ToList();
        var person = world.Dice.Pick(others);
        return person.Readable.Contains(space.Scope) ? Memberships.LeaveAsync(arena, world, space, person) : Memberships.JoinAsync(arena, world, space, person);
    }

    bool Compacts() => world.Climate.Compaction && world.Dice.Percent(20);

    Request Any(Device device)
    {
        var frame = device.Person.Frame();
        return world.Dice.Percent(60)
            ? device.Push(world.Dice.Percent(60) ? int.MaxValue : world.Dice.Between(1, 4), frame)
            : device.Pull(world.Dice.Pick(Device.Tables), world.Dice.Weighted((40, default(int?)), (60, world.Dice.Between(1, 5))), frame);
    }

    /// <summary>True when the device has come as far as the reply goes.</summary>
    bool Take(Request request, Reply reply) => world.Take(request, reply, request.Device.IsLegacy && world.Dice.Percent(4));
}
