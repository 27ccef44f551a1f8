using Mana.Auth.Spaces;
using Mana.Simulation.Network;

namespace Mana.Simulation.Worlds;

/// <summary>Joining and leaving a space through the module that owns memberships; both hosts are told, as its events would.</summary>
internal static class Memberships
{
    public static async Task JoinAsync(Arena arena, World world, Space space, Person person)
    {
        world.Note($"{person} joins {space.Name}");
        await ChangeAsync(arena, world, person, spaces => spaces.AddAsync(space.Id, person.UserId, SpaceRoles.Member, CancellationToken.None));
        person.Join(space);
    }

    /// <summary>A device that is online hears of it and clears its cache; another finds out when it is refused, or never if the person comes back.</summary>
    public static async Task LeaveAsync(Arena arena, World world, Space space, Person person)
    {
        var told = person.Devices.Where(_ => world.Dice.Percent(60)).ToList();
        world.Note($"{person} leaves {space.Name}; {string.Join(',', told)} are told");
        await ChangeAsync(arena, world, person, spaces => spaces.RemoveAsync(space.Id, person.UserId, CancellationToken.None));
        person.Leave(space);
        foreach (var device in told)
        {
            device.Purge(space.Scope);
            device.Crash();
        }
    }

    static async Task ChangeAsync(Arena arena, World world, Person person, Func<SpaceMemberships, Task<MembershipChange>> change)
    {
        var result = await arena.Hosts[world.Dice.Below(2)].WithSpacesAsync(change);
        if (result != MembershipChange.Done)
            throw new InvalidOperationException($"The membership was not changed: {result}.");
        foreach (var host in arena.Hosts)
            host.Forget(person.UserId);
    }
}
