using Mana.Simulation.Checks;
using Mana.Simulation.Devices;
using Mana.Simulation.Network;

namespace Mana.Simulation.Worlds;

/// <summary>Everybody comes online: queues are emptied, then everything is read; then devices join that have nothing.</summary>
internal sealed class Ending(Arena arena, World world, Line line)
{
    const int Enough = 200;

    public async Task RunAsync()
    {
        world.Note("the network is well again");
        line.Cut();
        foreach (var device in world.Dice.Shuffled(world.Devices))
            await EmptyAsync(device);
        foreach (var device in world.Dice.Shuffled(world.Devices))
            await ReadAsync(device);
        if (world.Climate.Compaction && world.Dice.Percent(50))
            await Compactions.Prepare(arena, world)();
        await Verdict.GiveAsync(arena, world, [.. world.Devices, .. await FreshAsync()]);
    }

    async Task EmptyAsync(Device device)
    {
        for (var attempt = 0; device.Pending.Count > 0; attempt++)
        {
            if (attempt == Enough)
                world.Violated("quiescence", $"{device} cannot get rid of {string.Join(", ", device.Pending)}");
            await SendAsync(device.Push(int.MaxValue, device.Person.Frame()));
        }
    }

    /// <summary>To the end, by the answers to pushes without changes or collection by collection.</summary>
    async Task ReadAsync(Device device)
    {
        if (world.Dice.Percent(50))
        {
            await ToTheEndAsync(device.Push(0, device.Person.Frame()));
            return;
        }

        foreach (var table in Device.Tables)
            await ToTheEndAsync(device.Pull(table, world.Dice.Percent(50) ? null : world.Dice.Between(2, 20), device.Person.Frame()));
    }

    async Task ToTheEndAsync(Request request)
    {
        for (var page = 0; await SendAsync(request) is { HasMore: true } reply; page++)
        {
            if (page == Enough)
                world.Violated("quiescence", $"{request} never ends");
            request = request.Device.Following(request, reply, request.Device.Person.Frame());
        }
    }

    async Task<Reply?> SendAsync(Request request)
    {
        var reply = await line.Prepare(request, Fate.Clean)();
        world.Take(request, reply!);
        return reply;
    }

    /// <summary>One new device per person; some have the client id of one that lost its data.</summary>
    async Task<List<Device>> FreshAsync()
    {
        var fresh = new List<Device>();
        foreach (var person in world.People)
        {
            var legacy = world.Climate.Legacy && (!world.Climate.Modern || world.Dice.Percent(50));
            var clientId = world.Dice.Percent(30) && person.Devices.Count > 0 ? world.Dice.Pick(person.Devices).ClientId : world.Tag + "-fresh";
            var device = Genesis.Make(world, person, person + ".fresh", clientId, legacy);
            await ReadAsync(device);
            fresh.Add(device);
        }

        return fresh;
    }
}
